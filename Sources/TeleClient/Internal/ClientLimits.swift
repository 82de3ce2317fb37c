/// What the client allows one record to hold: a runaway value must not cost the host its memory. A text that is
/// longer is cut, what is over a count is left out and reported in OTLP's dropped counts.
enum ClientLimits {
    /// Of one metric point.
    static let attributes = 128
    static let keyBytes = 1 << 10
    static let valueBytes = 16 << 10
    static let messageBytes = 64 << 10
    static let nameBytes = 1 << 10
    /// Elements of one array or map, and the most that a configured count may be.
    static let elements = 1_000
    /// Nested metadata; deeper values are written as text.
    static let depth = 8
    /// What W3C asks a participant to pass on at least, and what we pass on at most.
    static let traceStateBytes = 512
    /// The specification's default for series of one instrument; more go to the overflow series.
    static let seriesPerInstrument = 2_000
    /// Instruments of one process; names made from data would otherwise grow without end.
    static let instruments = 2_000
    /// Of an answer's body; it says at most how many records were refused and why.
    static let responseBytes = 64 << 10
    /// What a configured timeout of a request counts at most.
    static let timeout = Duration.seconds(86_400)
    /// A connection that was not used for so long may have been forgotten by something in between, without a word.
    static let idleSeconds: Int64 = 60
    /// What teled may set: rules, and how long one may last.
    static let levelRules = 256
    static let levelSeconds: Int64 = 86_400
    static let shortestPoll = Duration.seconds(1)
    /// What the name of a spilled file may claim.
    static let spilledRecords = 10_000_000
    /// Of one start, of one report, and of its crashed thread.
    static let crashReports = 32
    static let crashReportBytes = 16 << 20
    static let crashFrames = 256
    /// A collector's Retry-After is believed up to here.
    static let retryAfter = Duration.seconds(300)
}
