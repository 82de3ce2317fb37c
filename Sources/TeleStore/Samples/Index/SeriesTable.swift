internal import TeleModel

/// The series of a head in order of appearance, each a list of label ids, found by the hash of their canonical bytes.
struct SeriesTable: Sendable {
    private(set) var labels = LabelTable()
    private(set) var labelIDs: [UInt32] = []
    private(set) var ends: [Int] = []
    private var hashes: [UInt64] = []
    /// Open addressing with linear probing: id + 1, 0 for empty; at most half full.
    private var slots = [UInt32](repeating: 0, count: 1024)

    var count: Int { ends.count }
    var byteCount: Int { labels.byteCount + labelIDs.count * 4 + ends.count * 16 + slots.count * 4 }

    @inline(__always)
    func range(_ series: Int) -> Range<Int> { (series == 0 ? 0 : ends[series &- 1])..<ends[series] }

    /// The id of a series, entered where it is new; nil where the bytes are no label set.
    mutating func intern(_ bytes: RawSpan, hash: UInt64) -> UInt32? {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let id = Int(slots[slot]) &- 1
            if hashes[id] == hash, isEqual(id, bytes) { return UInt32(id) }
            slot = (slot &+ 1) & mask
        }
        return add(bytes, hash: hash, slot: slot)
    }

    private func isEqual(_ series: Int, _ bytes: RawSpan) -> Bool {
        let heap = labels.bytes.span.bytes
        var at = 0
        for i in range(series) {
            let label = labels.range(Int(labelIDs[i]))
            guard label.count <= bytes.byteCount &- at,
                ByteOrder.equal(heap.extracting(label), bytes.extracting(at..<at &+ label.count))
            else { return false }
            at &+= label.count
        }
        return at == bytes.byteCount
    }

    private mutating func add(_ bytes: RawSpan, hash: UInt64, slot: Int) -> UInt32? {
        let span = Span<UInt8>(_bytes: bytes)
        var at = 0
        while at < bytes.byteCount {
            let start = at
            guard LabelSet.textRange(span, &at) != nil, LabelSet.textRange(span, &at) != nil else {
                labelIDs.removeSubrange((ends.last ?? 0)...)
                return nil
            }
            labelIDs.append(labels.intern(bytes.extracting(start..<at)))
        }
        let id = UInt32(truncatingIfNeeded: ends.count)
        ends.append(labelIDs.count)
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
