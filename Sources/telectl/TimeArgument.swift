import ArgumentParser
import Foundation

/// A point in time as people and scripts write it: `2026-11-21T05:49:06Z`, unix seconds, `-1h` (before now), `now`.
struct TimeArgument: ExpressibleByArgument {
    /// Unix nanoseconds; before 1970 is 0.
    let nanoseconds: UInt64

    init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    init?(argument: String) {
        if argument == "now" {
            nanoseconds = TimeArgument.now
        } else if argument.hasPrefix("-"), let ago = SpanArgument(argument: String(argument.dropFirst())) {
            let now = TimeArgument.now
            nanoseconds = now > ago.nanoseconds ? now - ago.nanoseconds : 0
        } else if let seconds = Double(argument), seconds >= 0, seconds < 1.8e10 {
            // Whole seconds and the rest apart: a double of nanoseconds steps by 256 at today's dates.
            let whole = seconds.rounded(.down)
            nanoseconds = UInt64(whole) * 1_000_000_000 + UInt64(((seconds - whole) * 1e9).rounded(.down))
        } else if let date = TimeArgument.date(argument), date.timeIntervalSince1970 >= 0,
            date.timeIntervalSince1970 < 1.8e10
        {
            nanoseconds = UInt64(date.timeIntervalSince1970 * 1e6) * 1_000
        } else {
            return nil
        }
    }

    private static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }

    static var now: UInt64 { UInt64(max(0, Date().timeIntervalSince1970) * 1e6) * 1_000 }
}

/// A length of time: `90s`, `15m`, `1h30m`, `7d`, `250ms`; a bare number is seconds.
struct SpanArgument: ExpressibleByArgument {
    let nanoseconds: UInt64

    init?(argument: String) {
        if let seconds = Double(argument), seconds >= 0, seconds < 1e9 {
            nanoseconds = UInt64(seconds * 1e9)
            return
        }
        let units: [(String, Double)] = [
            ("ms", 1e6), ("us", 1e3), ("µs", 1e3), ("ns", 1), ("s", 1e9), ("m", 60e9), ("h", 3_600e9), ("d", 86_400e9),
            ("w", 604_800e9), ("y", 31_536_000e9),
        ]
        var rest = Substring(argument)
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            guard let unit = units.first(where: { rest.hasPrefix($0.0) }) else { return nil }
            rest = rest.dropFirst(unit.0.count)
            total += number * unit.1
        }
        guard total < 9e18 else { return nil }
        nanoseconds = UInt64(total)
    }
}

/// The time range of a command: `--since`, or `--from` and `--to`.
struct TimeRangeOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Look this far back.", valueName: "length"))
    var since: SpanArgument?

    @Option(name: .long, parsing: .unconditional, help: ArgumentHelp("From this time.", valueName: "time"))
    var from: TimeArgument?

    @Option(name: .long, parsing: .unconditional, help: ArgumentHelp("Up to this time (now).", valueName: "time"))
    var to: TimeArgument?

    func validate() throws {
        if since != nil, from != nil { throw ValidationError("--since and --from exclude each other") }
    }

    /// Unix nanoseconds, half open.
    func range(defaultLength: UInt64) -> (from: UInt64, to: UInt64) {
        let end = to?.nanoseconds ?? TimeArgument.now
        if let from { return (from.nanoseconds, max(end, from.nanoseconds)) }
        let length = since?.nanoseconds ?? defaultLength
        return (end > length ? end - length : 0, end)
    }
}

let hour: UInt64 = 3_600_000_000_000
