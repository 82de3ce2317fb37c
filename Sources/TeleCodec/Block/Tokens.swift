internal import TeleModel

/// Words of log texts: runs of ASCII letters, digits and `_`, and of bytes of other UTF-8. Words of fewer than 3 or
/// more than 64 bytes and plain numbers are not listed in filters: they are in every block, or too many.
package enum Tokens {
    static let minimumBytes = 3
    static let maximumBytes = 64

    // Bit 0: part of a word; bit 1: part of a word and no decimal digit.
    static let classes: [UInt8] = (0..<256).map { byte in
        switch UInt8(byte) {
        case 0x30...0x39: 1
        case 0x41...0x5a, 0x61...0x7a, 0x5f, 0x80...: 3
        default: 0
        }
    }

    /// Calls with the range of every listed word.
    @inline(__always)
    static func forEach(in text: borrowing Span<UInt8>, _ body: (Range<Int>) -> Void) {
        let classes = classes.span
        var at = 0
        let count = text.count
        while at < count {
            var kind = classes[Int(text[at])]
            if kind == 0 {
                at &+= 1
                continue
            }
            let start = at
            var seen: UInt8 = 0
            repeat {
                seen |= kind
                at &+= 1
                kind = at < count ? classes[Int(text[at])] : 0
            } while kind != 0
            if seen > 1, at &- start >= minimumBytes, at &- start <= maximumBytes { body(start..<at) }
        }
    }

    /// The words that every text with this needle in it must have as whole words: those that don't touch an end of
    /// the needle. Ask ``BlockMeta/mayContain(token:)`` for each.
    package static func required(by needle: borrowing Span<UInt8>) -> [[UInt8]] {
        var found: [Range<Int>] = []
        forEach(in: needle) { found.append($0) }
        var out: [[UInt8]] = []
        for range in found where range.lowerBound > 0 && range.upperBound < needle.count {
            out.append(needle.extracting(range).withUnsafeBufferPointer { Array($0) })
        }
        return out
    }
}
