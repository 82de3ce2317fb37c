extension JSONWriter {
    /// Appends the text escaped, without quotes: runs of plain bytes go in whole.
    package mutating func appendEscaped(_ text: borrowing Span<UInt8>) {
        var at = 0
        var plain = 0
        let count = text.count
        while at < count {
            let byte = text[at]
            if byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5c {
                at &+= 1
                continue
            }
            if byte >= 0x80 {
                let length = JSONWriter.sequenceLength(text, at)
                if length > 0 {
                    at &+= length
                    continue
                }
            }
            flush(text, plain..<at)
            appendEscape(byte)
            at &+= 1
            plain = at
        }
        flush(text, plain..<count)
    }

    private mutating func flush(_ text: borrowing Span<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        text.extracting(range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case 0x22, 0x5c:
            bytes.append(0x5c)
            bytes.append(byte)
        case 0x0a: bytes.append(contentsOf: [0x5c, 0x6e])
        case 0x0d: bytes.append(contentsOf: [0x5c, 0x72])
        case 0x09: bytes.append(contentsOf: [0x5c, 0x74])
        case 0x80...: bytes.append(contentsOf: [0xef, 0xbf, 0xbd])
        default:
            bytes.append(contentsOf: [0x5c, 0x75, 0x30, 0x30])
            bytes.append(byte >> 4 < 10 ? 0x30 &+ byte >> 4 : 0x57 &+ byte >> 4)
            bytes.append(byte & 15 < 10 ? 0x30 &+ byte & 15 : 0x57 &+ byte & 15)
        }
    }

    /// Bytes of the well-formed UTF-8 sequence at an offset, 0 where it is none (Unicode 15, table 3-7).
    @inline(__always)
    internal static func sequenceLength(_ text: borrowing Span<UInt8>, _ at: Int) -> Int {
        let lead = text[at]
        let length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
        guard length > 0, text.count &- at >= length else { return 0 }
        let second = text[at &+ 1]
        let lowest: UInt8 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80
        let highest: UInt8 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf
        guard second >= lowest, second <= highest else { return 0 }
        if length > 2, text[at &+ 2] & 0xc0 != 0x80 { return 0 }
        if length > 3, text[at &+ 3] & 0xc0 != 0x80 { return 0 }
        return length
    }
}
