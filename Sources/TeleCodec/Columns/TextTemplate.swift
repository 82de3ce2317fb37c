internal import TeleModel

/// A text taken apart: its template, in which numbers and hexadecimal words are slots, and the slots' values
/// (the idea of CLP, OSDI 2021; slots are told apart without a schema).
///
/// Template bytes: 0x11 a slot of decimal digits; 0x12 and a count of digits (1...16) a slot of lower-case hexadecimal
/// ones; 0x10 before a literal 0x10, 0x11 or 0x12. Decimal digits of any length, leading zeros and all, are one number:
/// all texts of fewer digits come first, so that "0" is 0, "9" is 9, "00" is 10.
enum TextTemplate {
    static let escape: UInt8 = 0x10
    static let decimal: UInt8 = 0x11
    static let hexadecimal: UInt8 = 0x12
    /// Longer runs are several slots; keeps the number below 2^60.
    static let maximumDigits = 17
    static let maximumHexDigits = 16
    /// What is behind so many slots stays in the template.
    static let maximumSlots = 96

    /// How many texts of fewer digits there are: 0, 10, 110, ...
    static let firstOfLength: [UInt64] = {
        var out: [UInt64] = [0, 0]
        var power: UInt64 = 10
        for _ in 2...maximumDigits + 1 {
            out.append(out[out.count - 1] + power)
            power *= 10
        }
        return out
    }()

    // 1 decimal digit, 2 lower-case hexadecimal letter, 4 other letter, 8 template mark.
    static let classes: [UInt8] = (0..<256).map { byte in
        switch UInt8(byte) {
        case 0x30...0x39: 1
        case 0x61...0x66: 2
        case 0x41...0x5a, 0x67...0x7a: 4
        case escape...hexadecimal: 8
        default: 0
        }
    }

    /// Appends the template and the slots' values. The tables come from the caller: a look at a global costs a call.
    static func split(
        _ text: borrowing Span<UInt8>, classes: borrowing Span<UInt8>, firstOfLength: borrowing Span<UInt64>,
        template: inout [UInt8], values: inout [UInt64]
    ) {
        let count = text.count
        var slots = 0
        var at = 0
        var literal = 0
        while at < count {
            let kind = classes[Int(text[at])]
            if kind == 0 {
                at &+= 1
                continue
            }
            if kind == 8 {
                append(text, literal..<at, to: &template)
                template.append(escape)
                template.append(text[at])
                at &+= 1
                literal = at
                continue
            }
            // A word: letters and digits.
            let start = at
            var seen = kind
            at &+= 1
            while at < count {
                let next = classes[Int(text[at])]
                if next == 0 || next == 8 { break }
                seen |= next
                at &+= 1
            }
            if seen & 1 == 0 || slots >= maximumSlots { continue }
            if seen == 3, at &- start >= 6 {
                append(text, literal..<start, to: &template)
                slots &+= appendHexadecimal(text, start..<at, &template, &values)
                literal = at
                continue
            }
            // Runs of digits within the word.
            var digit = start
            while digit < at {
                guard classes[Int(text[digit])] == 1 else {
                    digit &+= 1
                    continue
                }
                append(text, literal..<digit, to: &template)
                let end = min(at, digit &+ maximumDigits)
                var value: UInt64 = 0
                let first = digit
                while digit < end, classes[Int(text[digit])] == 1 {
                    value = value &* 10 &+ UInt64(text[digit] &- 0x30)
                    digit &+= 1
                }
                template.append(decimal)
                values.append(value &+ firstOfLength[digit &- first])
                slots &+= 1
                literal = digit
            }
        }
        append(text, literal..<count, to: &template)
    }

    private static func appendHexadecimal(
        _ text: borrowing Span<UInt8>, _ range: Range<Int>, _ template: inout [UInt8], _ values: inout [UInt64]
    ) -> Int {
        var slots = 0
        var at = range.lowerBound
        while at < range.upperBound {
            let end = min(range.upperBound, at &+ maximumHexDigits)
            template.append(hexadecimal)
            template.append(UInt8(end &- at))
            var value: UInt64 = 0
            while at < end {
                let byte = text[at]
                value = value &<< 4 | UInt64(byte < 0x3a ? byte &- 0x30 : byte &- 0x57)
                at &+= 1
            }
            values.append(value)
            slots &+= 1
        }
        return slots
    }

    @inline(__always)
    private static func append(_ text: borrowing Span<UInt8>, _ range: Range<Int>, to template: inout [UInt8]) {
        if range.isEmpty { return }
        text.extracting(range).withUnsafeBufferPointer { template.append(contentsOf: $0) }
    }

    /// The digits of a decimal slot; false for a number that no text has.
    static func appendDecimal(
        _ value: UInt64, firstOfLength: borrowing Span<UInt64>, to out: inout [UInt8]
    ) -> Bool {
        var length = 1
        while length < maximumDigits, value >= firstOfLength[length + 1] { length += 1 }
        var rest = value - firstOfLength[length]
        var digits = InlineArray<20, UInt8>(repeating: 0x30)
        var at = length
        while at > 0 {
            at -= 1
            digits[at] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        for i in 0..<length { out.append(digits[i]) }
        return rest == 0
    }
}
