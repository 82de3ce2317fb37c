import TeleModel

/// Numbers, which JSON may have as numbers or as text.
extension JSONTranscoder {
    /// The place of a number's digits.
    private mutating func numeral() throws(WireError) -> Range<Int> {
        guard reader.peek() == 0x22 else { return try reader.number() }
        let text = try reader.string()
        guard !text.hasEscapes else { throw .malformed("a number is expected", at: text.range.lowerBound) }
        return text.range
    }

    /// An integer without sign, or nil where the text is not just digits or beyond 64 bits.
    private func digits(_ range: Range<Int>) -> UInt64? {
        guard !range.isEmpty else { return nil }
        var value: UInt64 = 0
        for i in range {
            let digit = reader.byte(i) &- 0x30
            guard digit <= 9 else { return nil }
            let (tens, isOver) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOverToo) = tens.addingReportingOverflow(UInt64(digit))
            guard !isOver, !isOverToo else { return nil }
            value = sum
        }
        return value
    }

    private func text(_ range: Range<Int>) -> String {
        reader.bytes.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// A number by its text, as JSON writes numbers and nothing else.
    private func plainDouble(_ range: Range<Int>) -> Double? {
        var probe = JSONReader(reader.bytes.extracting(range))
        guard let whole = try? probe.number(), whole == 0..<range.count else { return nil }
        return Double(text(range))
    }

    mutating func unsigned() throws(WireError) -> UInt64 {
        let range = try numeral()
        if let value = digits(range) { return value }
        if let value = plainDouble(range), let whole = UInt64(exactly: value) { return whole }
        throw .malformed("an integer from 0 to 2^64-1 is expected", at: range.lowerBound)
    }

    mutating func signed() throws(WireError) -> Int64 {
        let range = try numeral()
        if !range.isEmpty, reader.byte(range.lowerBound) == 0x2d {
            if let value = digits(range.dropFirst()), value <= UInt64(Int64.max) + 1 {
                return Int64(truncatingIfNeeded: 0 &- value)
            }
        } else if let value = digits(range), let whole = Int64(exactly: value) {
            return whole
        }
        if let value = plainDouble(range), let whole = Int64(exactly: value) { return whole }
        throw .malformed("an integer from -2^63 to 2^63-1 is expected", at: range.lowerBound)
    }

    mutating func double() throws(WireError) -> Double {
        let range = try numeral()
        if let value = plainDouble(range) { return value }
        switch text(range) {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: throw .malformed("a number is expected", at: range.lowerBound)
        }
    }
}
