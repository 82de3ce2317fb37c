import TeleModel

/// Times by Go's reference layout (`2006-01-02T15:04:05.000Z07:00`), always UTC. Times are unix nanoseconds.
package enum GoTime {
    /// What a text that can't be read becomes: Go's zero time is out of range here, this is the first that is not.
    static let zero: Int64 = 0

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    enum Piece: Equatable {
        case literal(UInt8)
        case year4, year2, monthName, monthShort, month2, month, weekday, weekdayShort
        case day2, dayBlank, day, dayOfYear, hour24, hour12Padded, hour12, minute2, minute, second2, second
        case upperHalf, lowerHalf, zoneName
        /// `Z07:00` (with Z for UTC) or `-07:00`; colons, and the form without minutes.
        case zone(usesZ: Bool, text: String)
        /// `.000` or `.999`.
        case fraction(separator: UInt8, digits: Int, trims: Bool)
    }

    private static let words: [(text: [UInt8], piece: Piece)] = [
        ("January", .monthName), ("Jan", .monthShort), ("Monday", .weekday), ("Mon", .weekdayShort), ("MST", .zoneName),
        ("2006", .year4), ("Z07:00", .zone(usesZ: true, text: "+00:00")), ("Z0700", .zone(usesZ: true, text: "+0000")),
        ("Z07", .zone(usesZ: true, text: "+00")), ("-07:00", .zone(usesZ: false, text: "+00:00")),
        ("-0700", .zone(usesZ: false, text: "+0000")), ("-07", .zone(usesZ: false, text: "+00")),
        ("002", .dayOfYear), ("01", .month2), ("02", .day2), ("03", .hour12Padded), ("04", .minute2), ("05", .second2),
        ("06", .year2), ("15", .hour24), ("PM", .upperHalf), ("pm", .lowerHalf), ("_2", .dayBlank), ("1", .month),
        ("2", .day), ("3", .hour12), ("4", .minute), ("5", .second),
    ].map { (Array($0.utf8), $1) }

    static func pieces(_ layout: String) -> [Piece] {
        let bytes = Array(layout.utf8)
        var out: [Piece] = []
        var at = 0
        next: while at < bytes.count {
            if bytes[at] == 0x2e || bytes[at] == 0x2c, at + 1 < bytes.count,
                bytes[at + 1] == 0x30 || bytes[at + 1] == 0x39
            {
                let digit = bytes[at + 1]
                var end = at + 1
                while end < bytes.count, bytes[end] == digit { end += 1 }
                if end == bytes.count || !(0x30...0x39).contains(bytes[end]) {
                    out.append(.fraction(separator: bytes[at], digits: min(9, end - at - 1), trims: digit == 0x39))
                    at = end
                    continue
                }
            }
            for (text, piece) in words where bytes[at...].starts(with: text) {
                // `Jan` in `Janet` is literal text.
                let isName = piece == .monthShort || piece == .weekdayShort
                if isName, at + 3 < bytes.count, (0x61...0x7a).contains(bytes[at + 3]) { continue }
                out.append(piece)
                at += text.count
                continue next
            }
            out.append(.literal(bytes[at]))
            at += 1
        }
        return out
    }

    static func floored(_ value: Int64, _ unit: Int64) -> Int64 {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: unit)
        return rest < 0 ? quotient - 1 : quotient
    }
}
