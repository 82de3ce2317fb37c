/// Numbers as a person reads them.
package enum Units {
    /// Nanoseconds with three significant digits and a unit: `412ms`, `1.24s`, `3m12s`, `870ns`.
    package static func duration(_ nanoseconds: UInt64) -> String {
        let value = Double(nanoseconds)
        if nanoseconds < 1_000 { return "\(nanoseconds)ns" }
        if nanoseconds < 999_500 { return digits(value / 1e3) + "µs" }
        if nanoseconds < 999_500_000 { return digits(value / 1e6) + "ms" }
        if nanoseconds < 59_950_000_000 { return digits(value / 1e9) + "s" }
        let seconds = nanoseconds / 1_000_000_000
        if seconds < 3_600 { return "\(seconds / 60)m\(padded(seconds % 60))s" }
        if seconds < 86_400 { return "\(seconds / 3_600)h\(padded(seconds / 60 % 60))m" }
        return "\(seconds / 86_400)d\(padded(seconds / 3_600 % 24))h"
    }

    /// Three significant digits without an exponent.
    package static func digits(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
        if value < 0 { return "-" + digits(-value) }
        return fixed(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
    }

    /// A fixed number of decimals (at most 9), without Foundation.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return digits(value) }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e18 else { return "\(value)" }
        let number = UInt64(scaled)
        let sign = value < 0 && number > 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(number)" }
        let unit = UInt64(scale)
        let fraction = "\(number % unit)"
        return "\(sign)\(number / unit)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    /// Bytes in powers of 1024: `57B`, `1.20KiB`, `3.4GiB`.
    package static func bytes(_ count: UInt64) -> String {
        var value = Double(count)
        var unit = 0
        let names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        while value >= 1024, unit < names.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count)B" : digits(value) + names[unit]
    }

    /// A count with a magnitude letter from a thousand on: `940`, `12.3k`, `4.50M`.
    package static func count(_ value: Double) -> String {
        let size = abs(value)
        if size < 1_000 { return value == value.rounded() ? fixed(value, 0) : digits(value) }
        if size < 1e6 { return digits(value / 1e3) + "k" }
        if size < 1e9 { return digits(value / 1e6) + "M" }
        return digits(value / 1e9) + "G"
    }

    private static func padded(_ value: UInt64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
