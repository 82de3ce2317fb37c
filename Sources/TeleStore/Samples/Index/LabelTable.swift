internal import TeleModel

/// Interned labels: each distinct pair of name and value once, as its canonical bytes (``LabelSet``). Ids are given in
/// order of appearance.
struct LabelTable: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []
    private var hashes: [UInt64] = []
    /// Open addressing with linear probing: id + 1, 0 for empty; at most half full.
    private var slots = [UInt32](repeating: 0, count: 1024)

    var count: Int { ends.count }
    var byteCount: Int { bytes.count + ends.count * 16 + slots.count * 4 }

    @inline(__always)
    func range(_ id: Int) -> Range<Int> { (id == 0 ? 0 : ends[id &- 1])..<ends[id] }

    /// The id of a label, entered where it is new.
    mutating func intern(_ label: RawSpan) -> UInt32 {
        let hash = Hash64.of(label)
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let id = Int(slots[slot]) &- 1
            if hashes[id] == hash, ByteOrder.equal(bytes.span.bytes.extracting(range(id)), label) { return UInt32(id) }
            slot = (slot &+ 1) & mask
        }
        let id = UInt32(truncatingIfNeeded: ends.count)
        label.withUnsafeBytes { bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
        hashes.append(hash)
        slots[slot] = id &+ 1
        if ends.count &* 2 > slots.count { grow() }
        return id
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        let mask = slots.count &- 1
        for id in hashes.indices {
            var slot = Int(truncatingIfNeeded: hashes[id]) & mask
            while slots[slot] != 0 { slot = (slot &+ 1) & mask }
            slots[slot] = UInt32(truncatingIfNeeded: id &+ 1)
        }
    }
}
