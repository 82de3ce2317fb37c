/// A trace as the waterfall draws it: plain values, no storage, no wire format.
package struct TraceView: Sendable {
    package struct Span: Sendable {
        package var id: UInt64
        /// 0 for a root.
        package var parent: UInt64
        package var service: String
        package var name: String
        /// Unix nanoseconds.
        package var start: UInt64
        package var end: UInt64
        package var isError: Bool
        package var statusMessage: String
        package var events: [Event] = []
        /// What the span says of a saga; nil where it says nothing.
        package var saga: Saga.Mark?

        package init(
            id: UInt64, parent: UInt64, service: String, name: String, start: UInt64, end: UInt64,
            isError: Bool = false, statusMessage: String = "", events: [Event] = []
        ) {
            self.id = id
            self.parent = parent
            self.service = service
            self.name = name
            self.start = start
            self.end = end
            self.isError = isError
            self.statusMessage = statusMessage
            self.events = events
        }

        package var duration: UInt64 { end > start ? end - start : 0 }
    }

    package struct Event: Sendable {
        package var time: UInt64
        package var text: String
        package var isError: Bool

        package init(time: UInt64, text: String, isError: Bool = false) {
            self.time = time
            self.text = text
            self.isError = isError
        }
    }

    package struct Log: Sendable {
        package var time: UInt64
        /// 0 where the record names no span.
        package var span: UInt64
        package var service: String
        package var level: LogLevel
        package var text: String

        package init(time: UInt64, span: UInt64, service: String, level: LogLevel, text: String) {
            self.time = time
            self.span = span
            self.service = service
            self.level = level
            self.text = text
        }
    }

    /// 32 hexadecimal digits.
    package var id: String
    package var spans: [Span]
    package var logs: [Log]
    /// Spans that the trace has where ``spans`` are only the first of them; else not more than those.
    package var total = 0

    package init(id: String, spans: [Span], logs: [Log] = []) {
        self.id = id
        self.spans = spans
        self.logs = logs
    }

    package var isCut: Bool { total > spans.count }

    /// `12 spans`, `10000 of 23456 spans`.
    package var countText: String {
        isCut ? "\(spans.count) of \(total) spans" : "\(spans.count) span\(spans.count == 1 ? "" : "s")"
    }
}
