package import TeleModel

package enum ScanOrder: Sendable {
    case newestFirst, oldestFirst
    /// As storage has them: the rows of one source together, sources and rows as they would break ties of time.
    case any
}

/// The row columns of a ``LogBatch`` that a scan has to fill; `time` and `resource` always are.
package struct LogColumns: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let body = LogColumns(rawValue: 1)
    package static let severity = LogColumns(rawValue: 2)
    package static let ids = LogColumns(rawValue: 4)
    package static let attributes = LogColumns(rawValue: 8)
    package static let scope = LogColumns(rawValue: 16)
    /// flags, dropped counts, event name.
    package static let rest = LogColumns(rawValue: 32)
    /// Without it `observed` is right for rows whose time is 0 alone, so that ``LogBatch/timestamp(_:)`` always is.
    package static let observed = LogColumns(rawValue: 64)
    package static let all = LogColumns(rawValue: 127)
}

/// The row columns of a ``SpanBatch`` that a scan has to fill; ids, parent, start, end and `resource` always are.
package struct SpanColumns: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// name, kind, status code and message.
    package static let name = SpanColumns(rawValue: 1)
    package static let attributes = SpanColumns(rawValue: 2)
    package static let events = SpanColumns(rawValue: 4)
    package static let links = SpanColumns(rawValue: 8)
    package static let scope = SpanColumns(rawValue: 16)
    /// trace state, flags, dropped counts.
    package static let rest = SpanColumns(rawValue: 32)
    /// Of the trace, the span and its parent: a scan hands them out whether they are asked for or not.
    package static let ids = SpanColumns(rawValue: 64)
    package static let all = SpanColumns(rawValue: 127)
}

/// Which log records, in which order, and what of them.
package struct LogScan: Sendable {
    /// Unix nanoseconds, half open, of ``LogBatch/timestamp(_:)``.
    package var time: Range<UInt64>
    /// Fingerprints of the resources to look at; nil for all.
    package var resources: Set<UInt64>?
    package var conditions: [LogCondition] = []
    package var order = ScanOrder.newestFirst
    /// How many rows the caller expects to take: a hint for how much to prepare at once, not a cut.
    package var limitHint: Int?
    package var columns = LogColumns.all
    /// Of the attributes only those are wanted that may become one of these labels (``LokiMapping``); nil: all. Others
    /// may be there as well.
    package var labels: Set<String>?

    package init(time: Range<UInt64>) { self.time = time }
}

/// Which spans, in which order, and what of them.
package struct SpanScan: Sendable {
    /// Unix nanoseconds, half open, of the span's start.
    package var time: Range<UInt64>
    package var resources: Set<UInt64>?
    package var conditions: [SpanCondition] = []
    /// By start time.
    package var order = ScanOrder.newestFirst
    package var limitHint: Int?
    package var columns = SpanColumns.all

    package init(time: Range<UInt64>) { self.time = time }
}

/// Which series, and over which time (unix milliseconds, inclusive).
package struct SeriesSelection: Sendable {
    /// All must hold; at least one must not accept the empty value (checked by the caller, not here).
    package var matchers: [Matcher]
    package var time: ClosedRange<Int64>

    package init(matchers: [Matcher], time: ClosedRange<Int64>) {
        self.matchers = matchers
        self.time = time
    }
}
