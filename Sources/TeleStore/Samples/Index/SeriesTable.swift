internal import TeleModel

/// The series of a head in order of appearance, each a list of label ids, found by two hashes of their canonical bytes:
/// the one that batches bring, and one under a seed of this table's own. The second stands for a comparison of the
/// bytes, which lie in as many places as there are labels, and is done for every series of every request.
struct SeriesTable: Sendable {
    private(set) var labels = LabelTable()
    private(set) var labelIDs: [UInt32] = []
    private(set) var ends: [Int] = []
    private var hashes: [UInt64] = []
    private var checks: [UInt64] = []
    private let seed = UInt64.random(in: .min ... .max)
    /// Open addressing with linear probing: id + 1, 0 for empty; at most half full.
    private var slots = [UInt32](repeating: 0, count: 1024)

    var count: Int { ends.count }
    var byteCount: Int { labels.byteCount + labelIDs.count * 4 + ends.count * 24 + slots.count * 4 }

    @inline(__always)
    func range(_ series: Int) -> Range<Int> { (series == 0 ? 0 : ends[series &- 1])..<ends[series] }

    /// The id of a series, entered where it is new; nil where the bytes are no label set.
    mutating func intern(_ bytes: RawSpan, hash: UInt64) -> UInt32? {
        let check = Hash64.of(bytes, seed: seed)
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let id = Int(slots[slot]) &- 1
            if hashes[id] == hash, checks[id] == check { return UInt32(id) }
            slot = (slot &+ 1) & mask
        }
        return add(bytes, hash: hash, check: check, slot: slot)
    }

    private mutating func add(_ bytes: RawSpan, hash: UInt64, check: UInt64, slot: Int) -> UInt32? {
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
        checks.append(check)
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
