import TeleModel

extension GoTime {
    /// nil where the text does not fit the layout or is out of range.
    static func parse(_ text: String, _ layout: String) -> Int64? {
        let bytes = Array(text.utf8)
        var at = 0
        var (year, month, day) = (Int64(0), Int64(1), Int64(1))
        var (hour, minute, second, nanoseconds) = (Int64(0), Int64(0), Int64(0), Int64(0))
        var zone: Int64 = 0
        var isAfternoon: Bool?
        func digits(_ least: Int, _ most: Int) -> Int64? {
            var value: Int64 = 0
            let start = at
            while at < bytes.count, at - start < most, (0x30...0x39).contains(bytes[at]) {
                value = value * 10 + Int64(bytes[at] - 0x30)
                at += 1
            }
            return at - start >= least ? value : nil
        }
        func word(_ names: [String], short: Bool) -> Int64? {
            for (index, name) in names.enumerated() {
                let wanted = Array((short ? String(name.prefix(3)) : name).utf8)
                if bytes[at...].starts(with: wanted) {
                    at += wanted.count
                    return Int64(index)
                }
            }
            return nil
        }
        func set(_ target: inout Int64, _ value: Int64?) -> Bool {
            target = value ?? 0
            return value != nil
        }
        func fraction() -> Bool {
            guard at < bytes.count, bytes[at] == 0x2e || bytes[at] == 0x2c else { return false }
            at += 1
            let start = at
            var scale: Int64 = 100_000_000
            while at < bytes.count, (0x30...0x39).contains(bytes[at]) {
                nanoseconds += Int64(bytes[at] - 0x30) * scale
                scale /= 10
                at += 1
            }
            return at > start
        }
        var ignored: Int64 = 0
        for piece in pieces(layout) {
            let isThere: Bool
            switch piece {
            case .literal(let byte):
                isThere = at < bytes.count && bytes[at] == byte
                at += 1
            case .year4: isThere = set(&year, digits(4, 4))
            case .year2:
                isThere = set(&year, digits(2, 2))
                year += year >= 69 ? 1900 : 2000
            case .monthName, .monthShort:
                isThere = set(&month, word(months, short: piece == .monthShort))
                month += 1
            case .month2: isThere = set(&month, digits(2, 2))
            case .month: isThere = set(&month, digits(1, 2))
            case .weekday, .weekdayShort: isThere = word(days, short: piece == .weekdayShort) != nil
            case .day2: isThere = set(&day, digits(2, 2))
            case .day: isThere = set(&day, digits(1, 2))
            case .dayBlank:
                if at < bytes.count, bytes[at] == 0x20 { at += 1 }
                isThere = set(&day, digits(1, 2))
            case .dayOfYear:
                isThere = set(&day, digits(3, 3))
                month = 1
            case .hour24: isThere = set(&hour, digits(2, 2))
            case .hour12Padded: isThere = set(&hour, digits(2, 2))
            case .hour12: isThere = set(&hour, digits(1, 2))
            case .minute2: isThere = set(&minute, digits(2, 2))
            case .minute: isThere = set(&minute, digits(1, 2))
            case .second2, .second:
                isThere = set(&second, digits(piece == .second2 ? 2 : 1, 2))
                // A fraction is taken even where the layout has none.
                if at < bytes.count, bytes[at] == 0x2e, !layout.contains(".0"), !layout.contains(".9") {
                    _ = fraction()
                }
            case .upperHalf, .lowerHalf:
                let half = String(decoding: bytes[at...].prefix(2), as: UTF8.self).lowercased()
                isThere = half == "am" || half == "pm"
                isAfternoon = half == "pm"
                at += 2
            case .zoneName:
                isThere = at + 3 <= bytes.count
                at += 3
            case .zone(let usesZ, let shape):
                if usesZ, at < bytes.count, bytes[at] == 0x5a {
                    at += 1
                    continue
                }
                guard at < bytes.count, bytes[at] == 0x2b || bytes[at] == 0x2d else { return nil }
                let sign: Int64 = bytes[at] == 0x2d ? -1 : 1
                at += 1
                guard set(&ignored, digits(2, 2)) else { return nil }
                zone = ignored * 3600
                if shape.utf8.count > 3 {
                    if shape.utf8.contains(0x3a) {
                        guard at < bytes.count, bytes[at] == 0x3a else { return nil }
                        at += 1
                    }
                    guard set(&ignored, digits(2, 2)) else { return nil }
                    zone += ignored * 60
                }
                zone *= sign
                isThere = true
            case .fraction: isThere = fraction()
            }
            guard isThere else { return nil }
        }
        guard at == bytes.count, (1...12).contains(month), (1...366).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        if let isAfternoon { hour = hour % 12 + (isAfternoon ? 12 : 0) }
        let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - zone
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, tooMuch) = scaled.addingReportingOverflow(nanoseconds)
        return overflow || tooMuch ? nil : sum
    }
}
