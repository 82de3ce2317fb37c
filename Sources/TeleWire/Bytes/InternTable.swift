/// Numbers distinct things from 0 up by their hash; what they are lies with the caller, who compares. Open addressing,
/// at most half full.
struct InternTable: Sendable {
    private var slots: [UInt32] = Array(repeating: 0, count: 64)
    private(set) var hashes: [UInt64] = []

    var count: Int { hashes.count }

    /// The number of the thing with this hash for which `isSame` holds.
    @inline(__always)
    func find(_ hash: UInt64, isSame: (UInt32) -> Bool) -> UInt32? {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let index = slots[slot] &- 1
            if hashes[Int(index)] == hash, isSame(index) { return index }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// Takes a thing that ``find`` did not have.
    mutating func insert(_ hash: UInt64) -> UInt32 {
        let index = UInt32(truncatingIfNeeded: hashes.count)
        hashes.append(hash)
        if hashes.count * 2 > slots.count { grow() } else { place(index) }
        return index
    }

    mutating func removeAll() {
        slots = Array(repeating: 0, count: 64)
        hashes.removeAll()
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for index in hashes.indices { place(UInt32(truncatingIfNeeded: index)) }
    }

    private mutating func place(_ index: UInt32) {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hashes[Int(index)]) & mask
        while slots[slot] != 0 { slot = (slot &+ 1) & mask }
        slots[slot] = index &+ 1
    }
}

enum ByteCompare {
    /// Whether `count` bytes at two places are the same; both places must lie within their bytes.
    @inline(__always)
    static func isSame(
        _ a: borrowing RawSpan, _ aStart: Int, _ b: borrowing RawSpan, _ bStart: Int, _ count: Int
    ) -> Bool {
        var i = 0
        while i &+ 8 <= count {
            if a.unsafeLoadUnaligned(fromByteOffset: aStart &+ i, as: UInt64.self)
                != b.unsafeLoadUnaligned(fromByteOffset: bStart &+ i, as: UInt64.self)
            {
                return false
            }
            i &+= 8
        }
        while i < count {
            if a.unsafeLoad(fromByteOffset: aStart &+ i, as: UInt8.self)
                != b.unsafeLoad(fromByteOffset: bStart &+ i, as: UInt8.self)
            {
                return false
            }
            i &+= 1
        }
        return true
    }
}
