internal import TeleModel

/// Gives equal texts of one heap equal codes, in order of first appearance. Open addressing over hashes; texts stay in
/// the heap.
struct TextInterner {
    private(set) var ranges: [ByteRange] = []
    private var hashes: [UInt64] = []
    private var slots: [UInt32]
    private var mask: Int

    init(expected: Int = 32) {
        var capacity = 64
        while capacity < expected * 2 { capacity *= 2 }
        slots = [UInt32](repeating: 0, count: capacity)
        mask = capacity - 1
    }

    var count: Int { ranges.count }

    /// The code of a text, new or known.
    @inline(__always)
    mutating func code(_ range: ByteRange, in heap: borrowing Span<UInt8>) -> UInt32 {
        let text = heap.extracting(range.range)
        let hash = Hash64.of(text)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = slots[slot]
            if entry == 0 { break }
            let candidate = Int(entry &- 1)
            if hashes[candidate] == hash, TextInterner.equal(heap.extracting(ranges[candidate].range), text) {
                return entry &- 1
            }
            slot = (slot &+ 1) & mask
        }
        return insert(range, hash, slot)
    }

    private mutating func insert(_ range: ByteRange, _ hash: UInt64, _ slot: Int) -> UInt32 {
        let code = UInt32(ranges.count)
        ranges.append(range)
        hashes.append(hash)
        slots[slot] = code &+ 1
        if ranges.count * 2 > slots.count { grow() }
        return code
    }

    private mutating func grow() {
        let capacity = slots.count * 4
        mask = capacity - 1
        slots = [UInt32](repeating: 0, count: capacity)
        for code in hashes.indices {
            var slot = Int(truncatingIfNeeded: hashes[code]) & mask
            while slots[slot] != 0 { slot = (slot &+ 1) & mask }
            slots[slot] = UInt32(code) &+ 1
        }
    }

    @inline(__always)
    private static func equal(_ a: borrowing Span<UInt8>, _ b: borrowing Span<UInt8>) -> Bool {
        let count = a.count
        guard count == b.count else { return false }
        let x = a.bytes
        let y = b.bytes
        var at = 0
        while at &+ 8 <= count {
            if x.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
                != y.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            {
                return false
            }
            at &+= 8
        }
        while at < count {
            if a[at] != b[at] { return false }
            at &+= 1
        }
        return true
    }
}
