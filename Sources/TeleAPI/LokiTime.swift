internal import TeleModel

/// Times as the Loki API takes them, in unix nanoseconds. Everything is computed without doubles where digits allow, so
/// that no nanosecond is lost, and saturates.
package enum LokiTime {
    /// Whole seconds (up to 10 digits), whole nanoseconds (more digits), seconds with a fraction, or RFC 3339.
    package static func nanoseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else { return nil }
        if let dot = bytes.firstIndex(of: UInt8(ascii: ".")), digits(bytes[..<dot]) != nil {
            guard let seconds = digits(bytes[..<dot]), let fraction = fraction(bytes[(dot + 1)...]) else { return nil }
            return saturated(seconds, fraction)
        }
        let isNegative = first == UInt8(ascii: "-")
        if let value = digits(bytes[(isNegative ? 1 : 0)...]) {
            if isNegative { return 0 }
            return bytes.count <= 10 ? saturated(value, 0) : value
        }
        if let value = Double(text), text.utf8.contains(UInt8(ascii: "e")) || text.utf8.contains(UInt8(ascii: "E")) {
            return value.isFinite && value > 0 ? (value < 9.2e9 ? Int64(value * 1e9) : .max) : 0
        }
        return rfc3339(bytes)
    }

    private static func saturated(_ seconds: Int64, _ nanoseconds: Int64) -> Int64 {
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return .max }
        let (sum, tooMuch) = scaled.addingReportingOverflow(nanoseconds)
        return tooMuch ? .max : sum
    }

    /// Digits only; more than Int64 holds saturates.
    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard !bytes.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (scaled, a) = value.multipliedReportingOverflow(by: 10)
            let (sum, b) = scaled.addingReportingOverflow(Int64(byte - 0x30))
            value = a || b ? .max : sum
            if a || b { return .max }
        }
        return value
    }

    /// The first nine digits of a fraction as nanoseconds.
    private static func fraction(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        var scale: Int64 = 100_000_000
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            value += Int64(byte - 0x30) * scale
            scale /= 10
        }
        return value
    }

    /// `2026-01-10T00:03:30.5Z`, `2026-01-10T01:03:30+01:00`.
    private static func rfc3339(_ bytes: [UInt8]) -> Int64? {
        guard bytes.count >= 20, bytes[4] == 0x2d, bytes[7] == 0x2d, bytes[10] | 0x20 == 0x74, bytes[13] == 0x3a,
            bytes[16] == 0x3a, let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]),
            let day = digits(bytes[8..<10]), let hour = digits(bytes[11..<13]), let minute = digits(bytes[14..<16]),
            let second = digits(bytes[17..<19]), (1...12).contains(month), (1...31).contains(day), hour < 24,
            minute < 60, second <= 60
        else { return nil }
        var at = 19
        var nanoseconds: Int64 = 0
        if bytes[at] == 0x2e {
            let end = bytes[(at + 1)...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.count
            guard let value = fraction(bytes[(at + 1)..<end]), end > at + 1 else { return nil }
            nanoseconds = value
            at = end
        }
        guard at < bytes.count else { return nil }
        var zone: Int64 = 0
        switch bytes[at] {
        case 0x5a, 0x7a:
            guard at + 1 == bytes.count else { return nil }
        case 0x2b, 0x2d:
            guard bytes.count == at + 6, bytes[at + 3] == 0x3a, let hours = digits(bytes[at + 1..<at + 3]),
                let minutes = digits(bytes[at + 4..<at + 6])
            else { return nil }
            zone = (hours * 3600 + minutes * 60) * (bytes[at] == 0x2d ? -1 : 1)
        default: return nil
        }
        let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        return max(0, saturated(days * 86_400 + hour * 3600 + minute * 60 + second - zone, nanoseconds))
    }
}
