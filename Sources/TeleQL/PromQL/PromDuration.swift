/// A duration in a query: a constant, or an expression over the query's step and range.
package indirect enum PromDuration: Sendable {
    /// Seconds; `isUnit` where it was written with units.
    case seconds(Double, isUnit: Bool)
    case step
    case range
    case negate(PromDuration)
    case paren(PromDuration)
    case binary(PromOperator, PromDuration, PromDuration)
    case least(PromDuration, PromDuration)
    case greatest(PromDuration, PromDuration)

    /// Milliseconds, saturating; nil where a division is by zero or the result is no number.
    package func milliseconds(step: Int64, range: Int64) -> Int64? {
        guard let seconds = value(Double(step) / 1000, Double(range) / 1000) else { return nil }
        return PromDuration.milliseconds(seconds)
    }

    package static func milliseconds(_ seconds: Double) -> Int64? {
        let milliseconds = (seconds * 1000).rounded()
        if milliseconds.isNaN { return nil }
        return Int64(Swift.min(Swift.max(milliseconds, -9.0e15), 9.0e15))
    }

    private func value(_ step: Double, _ range: Double) -> Double? {
        switch self {
        case .seconds(let seconds, _): return seconds
        case .step: return step
        case .range: return range
        case .negate(let inner): return inner.value(step, range).map { -$0 }
        case .paren(let inner): return inner.value(step, range)
        case .least(let a, let b), .greatest(let a, let b):
            guard let x = a.value(step, range), let y = b.value(step, range) else { return nil }
            if case .least = self { return Swift.min(x, y) }
            return Swift.max(x, y)
        case .binary(let operation, let a, let b):
            guard let x = a.value(step, range), let y = b.value(step, range) else { return nil }
            switch operation {
            case .add: return x + y
            case .subtract: return x - y
            case .multiply: return x * y
            case .divide: return y == 0 ? nil : x / y
            case .modulo: return y == 0 ? nil : x.truncatingRemainder(dividingBy: y)
            case .power: return PromMath.power(x, y)
            default: return nil
            }
        }
    }

    /// Whether it is the same for every query.
    package var isConstant: Bool {
        switch self {
        case .seconds: true
        case .step, .range: false
        case .negate(let inner), .paren(let inner): inner.isConstant
        case .binary(_, let a, let b), .least(let a, let b), .greatest(let a, let b): a.isConstant && b.isConstant
        }
    }

    /// Seconds of a text such as `1h30m5s`; nil where it overflows or units are out of order.
    internal static func parse(_ text: ArraySlice<UInt8>) -> Double? {
        var total: Int64 = 0
        var value: Int64 = 0
        var lastUnit: Int64 = .max
        var at = text.startIndex
        while at < text.endIndex {
            let byte = text[at]
            at += 1
            if PromLexer.isDigit(byte) {
                let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = scaled.addingReportingOverflow(Int64(byte - 0x30))
                if overflow || carry { return nil }
                value = sum
                continue
            }
            var unit: Int64
            switch byte {
            case 0x6d: unit = at < text.endIndex && text[at] == 0x73 ? 1 : 60_000
            case 0x73: unit = 1000
            case 0x68: unit = 3_600_000
            case 0x64: unit = 86_400_000
            case 0x77: unit = 604_800_000
            case 0x79: unit = 31_536_000_000
            default: return nil
            }
            if unit == 1 { at += 1 }
            if unit >= lastUnit { return nil }
            lastUnit = unit
            let (scaled, overflow) = value.multipliedReportingOverflow(by: unit)
            let (sum, carry) = total.addingReportingOverflow(scaled)
            if overflow || carry || sum > 9_223_372_036_854 { return nil }
            total = sum
            value = 0
        }
        return Double(total) / 1000
    }

    /// Milliseconds of a duration of Prometheus' files: `1h30m`, `500ms`, `0`; nil for anything else.
    package static func milliseconds(text: String) -> Int64? {
        let bytes = Array(text.utf8)
        if bytes == [0x30] { return 0 }
        guard let first = bytes.first, PromLexer.isDigit(first), let last = bytes.last, !PromLexer.isDigit(last),
            let seconds = parse(bytes[...])
        else { return nil }
        return milliseconds(seconds)
    }

    /// Milliseconds as `1h30m`.
    package static func text(milliseconds: Int64) -> String {
        if milliseconds == 0 { return "0s" }
        var rest = milliseconds.magnitude
        var out = milliseconds < 0 ? "-" : ""
        func add(_ name: String, _ unit: UInt64, isExact: Bool) {
            if isExact, rest % unit != 0 { return }
            if rest / unit > 0 {
                out += "\(rest / unit)\(name)"
                rest %= unit
            }
        }
        add("y", 31_536_000_000, isExact: true)
        add("w", 604_800_000, isExact: true)
        add("d", 86_400_000, isExact: false)
        add("h", 3_600_000, isExact: false)
        add("m", 60_000, isExact: false)
        add("s", 1000, isExact: false)
        add("ms", 1, isExact: false)
        return out
    }
}
