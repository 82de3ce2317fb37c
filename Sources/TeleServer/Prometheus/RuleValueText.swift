/// The value of an alert as Prometheus' API writes it: `1e+00`, `2.5e-03`, `+Inf`.
enum RuleValueText {
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == 0 { return value.sign == .minus ? "-0e+00" : "0e+00" }
        // The shortest digits that read back the same, without their point.
        let plain = value.magnitude.description
        let parts = plain.split(separator: "e")
        var digits = String(parts[0])
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let whole = digits.prefix { $0 != "." }.count
        digits.removeAll { $0 == "." }
        exponent += whole - 1
        let leading = digits.prefix { $0 == "0" }.count
        digits.removeFirst(min(leading, digits.count - 1))
        exponent -= leading
        while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
        let mantissa = digits.count > 1 ? "\(digits.prefix(1)).\(digits.dropFirst())" : digits
        let size = "\(abs(exponent))"
        let shown = (exponent < 0 ? "-" : "+") + (size.count < 2 ? "0" : "") + size
        return "\(value < 0 ? "-" : "")\(mantissa)e\(shown)"
    }
}
