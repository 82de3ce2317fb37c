internal import TeleModel

/// A split-block Bloom filter: 32-byte blocks of eight 32-bit words, one bit set in each word (Putze, Sanders and
/// Singler, "Cache-, hash- and space-efficient Bloom filters", 2007). About 8 bits an item, about 3 % false hits.
package enum BlockFilter {
    static let bitsPerItem = 8
    static let blockBytes = 32
    /// Beyond this a filter only gets less exact: it stays small against its block.
    static let maximumBytes = 1 << 20
    private static let salts: InlineArray<8, UInt32> = [
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31,
    ]

    // MARK: Items

    package static func item(trace high: UInt64, _ low: UInt64) -> UInt64 {
        Hash64.combine(Hash64.combine(1, high), low)
    }
    static func item(key: UInt64, text: UInt64) -> UInt64 { Hash64.combine(Hash64.combine(2, key), text) }
    /// Stands for "this key has values that are not in the filter".
    static func item(unlisted key: UInt64) -> UInt64 { Hash64.combine(3, key) }
    static func item(name: UInt64) -> UInt64 { Hash64.combine(4, name) }
    @inline(__always)
    static func item(token: UInt64) -> UInt64 { Hash64.combine(5, token) }

    @inline(__always)
    static func item(trigram: UInt32) -> UInt64 { Hash64.combine(6, UInt64(trigram)) }

    // MARK: Bits

    package static func make(_ items: borrowing Span<UInt64>) -> [UInt8] {
        guard items.count > 0 else { return [] }
        let wanted = (items.count * bitsPerItem / 8 + blockBytes - 1) / blockBytes
        let blocks = min(wanted, maximumBytes / blockBytes)
        var words = [UInt32](repeating: 0, count: blocks * 8)
        for i in 0..<items.count {
            let start = block(of: items[i], blocks) &* 8
            let low = UInt32(truncatingIfNeeded: items[i])
            for word in 0..<8 { words[start &+ word] |= 1 &<< ((low &* salts[word]) &>> 27) }
        }
        var out: [UInt8] = []
        out.reserveCapacity(words.count * 4)
        for word in words { out.append(uint32: word) }
        return out
    }

    /// An empty filter knows of no item.
    package static func mayContain(_ item: UInt64, in filter: borrowing Span<UInt8>) -> Bool {
        let blocks = filter.count / blockBytes
        guard blocks > 0 else { return false }
        let start = block(of: item, blocks) &* blockBytes
        let low = UInt32(truncatingIfNeeded: item)
        for word in 0..<8 {
            let bit = (low &* salts[word]) &>> 27
            let byte = filter[start &+ word &* 4 &+ Int(bit >> 3)]
            if byte & (1 &<< UInt8(truncatingIfNeeded: bit & 7)) == 0 { return false }
        }
        return true
    }

    @inline(__always)
    private static func block(of item: UInt64, _ blocks: Int) -> Int {
        Int(truncatingIfNeeded: ((item &>> 32) &* UInt64(truncatingIfNeeded: blocks)) &>> 32)
    }
}
