import TeleModel

extension GoTime {
    static func format(_ time: Int64, _ layout: String) -> String {
        let seconds = floored(time, 1_000_000_000)
        return format(seconds: seconds, nanoseconds: time - seconds * 1_000_000_000, layout)
    }

    /// `seconds` since 1970, of a year that Go's times have; `offset` in seconds east of Greenwich.
    package static func format(
        seconds utc: Int64, nanoseconds: Int64, _ layout: String, offset: Int = 0, zone: String = "UTC"
    ) -> String {
        let seconds = utc + Int64(offset)
        let day = floored(seconds, 86_400)
        let second = Int(seconds - day * 86_400)
        let date = CivilDate(daysSince1970: day)
        let hour = second / 3600
        let hour12 = hour % 12 == 0 ? 12 : hour % 12
        let weekday = days[Int(((day + 4) % 7 + 7) % 7)]
        let month = months[date.month - 1]
        var out: [UInt8] = []
        func add(_ text: some StringProtocol) { out.append(contentsOf: Array(text.utf8)) }
        for piece in pieces(layout) {
            switch piece {
            case .literal(let byte): out.append(byte)
            case .year4: add(padded(Int(date.year), 4))
            case .year2: add(padded(Int(date.year % 100), 2))
            case .monthName: add(month)
            case .monthShort: add(month.prefix(3))
            case .month2: add(padded(date.month, 2))
            case .month: add(String(date.month))
            case .weekday: add(weekday)
            case .weekdayShort: add(weekday.prefix(3))
            case .day2: add(padded(date.day, 2))
            case .dayBlank: add((date.day < 10 ? " " : "") + String(date.day))
            case .day: add(String(date.day))
            case .dayOfYear: add(padded(Int(day - CivilDate.daysSince1970(year: date.year, month: 1, day: 1)) + 1, 3))
            case .hour24: add(padded(hour, 2))
            case .hour12Padded: add(padded(hour12, 2))
            case .hour12: add(String(hour12))
            case .minute2: add(padded(second / 60 % 60, 2))
            case .minute: add(String(second / 60 % 60))
            case .second2: add(padded(second % 60, 2))
            case .second: add(String(second % 60))
            case .upperHalf: add(hour < 12 ? "AM" : "PM")
            case .lowerHalf: add(hour < 12 ? "am" : "pm")
            case .zoneName: add(zone)
            case .zone(let usesZ, let form): add(usesZ && offset == 0 ? "Z" : GoTime.offset(offset, form))
            case .fraction(let separator, let digits, let trims):
                var text = padded(Int(nanoseconds), 9).prefix(digits)
                if trims { while text.last == "0" { text.removeLast() } }
                guard !text.isEmpty else { continue }
                out.append(separator)
                add(text)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// In the form of `+00:00`, `+0000` or `+00`.
    private static func offset(_ offset: Int, _ form: String) -> String {
        let minutes = abs(offset) / 60
        let hours = (offset < 0 ? "-" : "+") + padded(minutes / 60, 2)
        if form.utf8.count == 3 { return hours }
        return hours + (form.contains(":") ? ":" : "") + padded(minutes % 60, 2)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
