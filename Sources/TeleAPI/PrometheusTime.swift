internal import TeleModel

/// Times and durations in parameters of the Prometheus API. Whatever is asked for, the answer is a number that can be
/// reckoned with: what lies beyond ±2^53 ms saturates.
package enum PrometheusTime {
    package static let least: Int64 = -(1 << 53)
    package static let greatest: Int64 = 1 << 53

    /// Unix milliseconds of seconds (`1700000000.5`) or RFC 3339 (`2023-11-14T22:13:20.5Z`).
    package static func milliseconds(_ text: String) -> Int64? {
        if let seconds = Double(text) { return saturated(seconds * 1000) }
        return rfc3339(Array(text.utf8))
    }

    /// Milliseconds of seconds (`15`, `0.5`) or a duration (`1h30m`).
    package static func duration(_ text: String) -> Int64? {
        if let seconds = Double(text) { return saturated(seconds * 1000) }
        var total = 0.0
        var rest = Substring(text)
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let value = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            let units: [Substring: Double] = [
                "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "y": 31_536_000_000,
            ]
            guard let unit = units[name] else { return nil }
            total += value * unit
        }
        return saturated(total)
    }

    private static func saturated(_ milliseconds: Double) -> Int64? {
        if milliseconds.isNaN { return nil }
        return Int64(min(max(milliseconds.rounded(), Double(least)), Double(greatest)))
    }

    private static func rfc3339(_ text: [UInt8]) -> Int64? {
        var at = 0
        func number(_ count: Int) -> Int? {
            guard text.count - at >= count else { return nil }
            var value = 0
            for byte in text[at..<at + count] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            at += count
            return value
        }
        func take(_ wanted: [UInt8]) -> Bool {
            guard at < text.count, wanted.contains(text[at]) else { return false }
            at += 1
            return true
        }
        guard let year = number(4), take([0x2d]), let month = number(2), take([0x2d]), let day = number(2),
            take([0x54, 0x74, 0x20]), let hour = number(2), take([0x3a]), let minute = number(2), take([0x3a]),
            let second = number(2), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second < 61
        else { return nil }
        var millisecond = 0.0
        if take([0x2e]) {
            var unit = 100.0
            let start = at
            while at < text.count, text[at] >= 0x30, text[at] <= 0x39 {
                millisecond += Double(text[at] - 0x30) * unit
                unit /= 10
                at += 1
            }
            if at == start { return nil }
        }
        var offset = 0
        if !take([0x5a, 0x7a]) {
            guard at < text.count else { return nil }
            let sign = text[at] == 0x2d ? -1 : 1
            guard take([0x2b, 0x2d]), let hours = number(2), take([0x3a]), let minutes = number(2) else { return nil }
            offset = sign * (hours * 60 + minutes)
        }
        guard at == text.count else { return nil }
        let days = CivilDate.daysSince1970(year: Int64(year), month: Int64(month), day: Int64(day))
        let seconds = ((days * 24 + Int64(hour)) * 60 + Int64(minute - offset)) * 60 + Int64(second)
        return seconds * 1000 + Int64(millisecond.rounded(.down))
    }
}
