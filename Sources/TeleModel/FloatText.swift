/// Doubles as Go's `strconv.FormatFloat(v, style, -1, 64)` writes them: the fewest digits that read back as the same
/// value. Prometheus' and Loki's answers, labels and query texts all use this form.
package enum FloatText {
    package enum Style: Sendable {
        /// `f`: never an exponent.
        case fixed
        /// `e`: always an exponent of at least two digits.
        case exponent
        /// `g`: an exponent below 1e-4 and from 1e21 on.
        case general
        /// As JSON and Prometheus' API have it: an exponent below 1e-6 and from 1e21 on.
        case json
    }

    package static func string(_ value: Double, _ style: Style = .fixed) -> String {
        var out: [UInt8] = []
        append(value, style, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    package static func append(_ value: Double, _ style: Style = .fixed, to out: inout [UInt8]) {
        if value.isNaN { return out.append(contentsOf: "NaN".utf8) }
        if value.isInfinite { return out.append(contentsOf: (value < 0 ? "-Inf" : "+Inf").utf8) }
        if value.sign == .minus { out.append(0x2d) }
        let magnitude = value.magnitude
        if magnitude < 0x1p53, magnitude.rounded(.towardZero) == magnitude, style != .exponent {
            return append(UInt64(magnitude), to: &out)
        }
        appendShortest(magnitude, style, to: &out)
    }

    package static func append(_ value: UInt64, to out: inout [UInt8]) {
        var digits = Digits()
        var value = value
        repeat {
            let (quotient, digit) = value.quotientAndRemainder(dividingBy: 10)
            digits.append(0x30 &+ UInt8(truncatingIfNeeded: digit))
            value = quotient
        } while value != 0
        var i = digits.count
        while i > 0 {
            i &-= 1
            out.append(digits[i])
        }
    }

    /// A number's digits, which are few, without an array.
    private struct Digits {
        /// A UInt64 has 20 digits at most, a double's description 17 and a zero.
        private var bytes = InlineArray<32, UInt8>(repeating: 0)
        private(set) var count = 0

        subscript(_ i: Int) -> UInt8 { bytes[i] }

        mutating func append(_ digit: UInt8) {
            guard count < 32 else { return }
            bytes[count] = digit
            count &+= 1
        }

        mutating func dropZeros() { while count > 0, bytes[count &- 1] == 0x30 { count &-= 1 } }

        func write(_ range: Range<Int>, to out: inout [UInt8]) { for i in range { out.append(bytes[i]) } }
    }

    package static func append(_ value: Int64, to out: inout [UInt8]) {
        if value < 0 { out.append(0x2d) }
        append(value.magnitude, to: &out)
    }

    /// Takes the digits out of the standard library's description, which are the shortest, and sets them anew.
    private static func appendShortest(_ value: Double, _ style: Style, to out: inout [UInt8]) {
        var digits = Digits()
        // The value is 0.d1d2d3... x 10^point.
        var point = 0
        var exponent = 0
        var isNegativeExponent = false
        var sawDot = false
        var inExponent = false
        for byte in value.description.utf8 {
            switch byte {
            case 0x2e: sawDot = true
            case 0x65: inExponent = true
            case 0x2d: isNegativeExponent = true
            case 0x2b: break
            default:
                if inExponent {
                    exponent = exponent * 10 + Int(byte &- 0x30)
                } else if digits.count == 0, byte == 0x30 {
                    if sawDot { point -= 1 }
                } else {
                    digits.append(byte)
                    if !sawDot { point += 1 }
                }
            }
        }
        point += isNegativeExponent ? -exponent : exponent
        digits.dropZeros()
        if digits.count == 0 {
            digits.append(0x30)
            point = 1
        }
        let usesExponent =
            switch style {
            case .fixed: false
            case .exponent: true
            case .general: point - 1 < -4 || point - 1 >= 21
            case .json: value != 0 && (value < 1e-6 || value >= 1e21)
            }
        if usesExponent { setExponent(digits, point - 1, to: &out) } else { setFixed(digits, point, to: &out) }
    }

    private static func setFixed(_ digits: Digits, _ point: Int, to out: inout [UInt8]) {
        if point <= 0 {
            out.append(0x30)
            out.append(0x2e)
            for _ in 0..<(-point) { out.append(0x30) }
            digits.write(0..<digits.count, to: &out)
        } else if point >= digits.count {
            digits.write(0..<digits.count, to: &out)
            for _ in 0..<(point - digits.count) { out.append(0x30) }
        } else {
            digits.write(0..<point, to: &out)
            out.append(0x2e)
            digits.write(point..<digits.count, to: &out)
        }
    }

    private static func setExponent(_ digits: Digits, _ exponent: Int, to out: inout [UInt8]) {
        out.append(digits[0])
        if digits.count > 1 {
            out.append(0x2e)
            digits.write(1..<digits.count, to: &out)
        }
        out.append(0x65)
        out.append(exponent < 0 ? 0x2d : 0x2b)
        if exponent.magnitude < 10 { out.append(0x30) }
        append(UInt64(exponent.magnitude), to: &out)
    }
}
