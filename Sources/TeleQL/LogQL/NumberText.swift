/// Numbers, durations and sizes as query languages write them.
package enum NumberText {
    /// A float literal as Go reads it: decimal, exponent, `0x` integers, `Inf`, `NaN`.
    package static func number(_ text: some StringProtocol) -> Double? {
        guard let first = text.utf8.first else { return nil }
        let lower = text.lowercased()
        if lower.hasPrefix("0x") { return Int64(lower.dropFirst(2), radix: 16).map(Double.init) }
        switch lower {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan": return .nan
        default: break
        }
        let isPlain = (0x30...0x39).contains(first) || first == 0x2e || first == 0x2d || first == 0x2b
        guard isPlain, lower.utf8.allSatisfy({ (0x30...0x39).contains($0) || ".e+-".utf8.contains($0) }) else {
            return nil
        }
        return Double(lower)
    }

    /// A number in a label, as Go's ParseFloat reads it: with `_` between digits, hexadecimal with an exponent, and no
    /// value that a double can't hold.
    package static func value(_ text: String) -> Double? {
        let lower = text.lowercased()
        switch lower {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan": return .nan
        default: break
        }
        let unsigned = lower.first == "-" || lower.first == "+" ? lower.dropFirst() : lower[...]
        let plain = String(lower.filter { $0 != "_" })
        guard !unsigned.isEmpty, unsigned.first != "_", unsigned.last != "_", plain.utf8.count <= 400 else {
            return nil
        }
        let isHex = unsigned.hasPrefix("0x")
        let allowed = isHex ? "0123456789abcdefxp.+-" : "0123456789e.+-"
        guard plain.utf8.allSatisfy({ allowed.utf8.contains($0) }), !isHex || plain.contains("p"),
            plain.utf8.contains(where: { (0x30...0x39).contains($0) })
        else { return nil }
        var digits = plain.hasPrefix("+") ? String(plain.dropFirst()) : plain
        // Swift wants a digit on both sides of the point.
        digits = digits.hasSuffix(".") ? digits + "0" : digits.replacing(".e", with: ".0e")
        guard let value = Double(digits), value.isFinite else { return nil }
        return value
    }

    /// A duration in a label: Go's units alone, up to hours.
    package static func goDuration(_ text: String) -> Int64? {
        guard !text.utf8.contains(where: { "dwy".utf8.contains($0) }) else { return nil }
        return duration(text)
    }

    /// Nanoseconds of a duration: Go's (`1.5s`, `1h30m`, `100µs`, `-1m`) with Prometheus' days, weeks and years.
    /// nil where it is none or does not fit.
    package static func duration(_ text: some StringProtocol) -> Int64? {
        var rest = Substring(text)
        var isNegative = false
        if rest.first == "-" || rest.first == "+" { isNegative = rest.removeFirst() == "-" }
        guard !rest.isEmpty else { return nil }
        if rest == "0" { return 0 }
        var sum = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
            rest = rest.dropFirst(unit.count)
            guard !digits.isEmpty, let value = Double(digits), let scale = unitScale(unit) else { return nil }
            sum += value * scale
        }
        guard sum < 9.2e18 else { return nil }
        let value = Int64(sum.rounded())
        return isNegative ? -value : value
    }

    private static func unitScale(_ unit: Substring) -> Double? {
        switch unit {
        case "ns": 1
        case "us", "µs", "μs": 1e3
        case "ms": 1e6
        case "s": 1e9
        case "m": 60e9
        case "h": 3600e9
        case "d": 86_400e9
        case "w": 7 * 86_400e9
        case "y": 365 * 86_400e9
        default: nil
        }
    }

    /// Bytes of a size as Loki's humanize reads it: `5KB` is 5000, `5KiB` is 5120; without a unit it is bytes.
    package static func size(_ text: some StringProtocol) -> UInt64? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ",") }
        let unit = String(String(text.dropFirst(digits.count)).filter { $0 != " " }).lowercased()
        guard let value = Double(String(digits).filter { $0 != "," }) else { return nil }
        let scale: Double
        switch unit {
        case "", "b": scale = 1
        case "k", "kb": scale = 1e3
        case "ki", "kib": scale = 0x1p10
        case "m", "mb": scale = 1e6
        case "mi", "mib": scale = 0x1p20
        case "g", "gb": scale = 1e9
        case "gi", "gib": scale = 0x1p30
        case "t", "tb": scale = 1e12
        case "ti", "tib": scale = 0x1p40
        case "p", "pb": scale = 1e15
        case "pi", "pib": scale = 0x1p50
        case "e", "eb": scale = 1e18
        case "ei", "eib": scale = 0x1p60
        default: return nil
        }
        let bytes = value * scale
        return bytes < 1.8e19 ? UInt64(bytes) : nil
    }
}
