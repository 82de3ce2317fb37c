import TeleAPI
import TeleEngine
import TeleModel

/// A ``TeleTrace`` as JSON, a span at a time, so that the answer is never held whole; within a ``TeleContext`` where
/// there is something ``around`` it.
struct TeleTracePieces: Sendable {
    struct Around: Sendable {
        var services: TeleServices
        var alerts: [String]
    }

    var around: Around?
    var logs: [TeleLog]?
    var logsTruncated = false
    private let id: TraceID
    private let builder: TeleTraceBuilder
    private let spans: TraceSpans
    private let offset: Int
    /// Holds what the spans take of memory until the answer is written.
    private let budget: QueryBudget
    private var row = -1

    init(_ id: TraceID, _ spans: TraceSpans, offset: Int, _ budget: QueryBudget) {
        self.id = id
        self.spans = spans
        self.offset = offset
        self.budget = budget
        builder = TeleTraceBuilder(spans.batch)
    }

    /// Writes the next part; false after the last.
    mutating func step(_ w: inout JSONWriter) -> Bool {
        defer { row += 1 }
        if row < 0 {
            begin(&w)
            return true
        }
        guard row < spans.batch.count else {
            end(&w)
            return false
        }
        w.raw(TeleRoutes.encoded(builder.span(row)))
        return true
    }

    private func begin(_ w: inout JSONWriter) {
        w.beginObject()
        if let around {
            w.key("alerts")
            w.raw(TeleRoutes.encoded(around.alerts))
            w.key("services")
            w.raw(TeleRoutes.encoded(around.services))
            w.key("trace")
            w.beginObject()
        }
        w.key("traceID")
        w.string(id.hex)
        w.key("total")
        w.int(spans.total)
        if offset > 0 || spans.next != nil {
            w.key("cut")
            w.bool(true)
        }
        if let next = spans.next {
            w.key("next")
            w.string(String(next))
        }
        w.key("spans")
        w.beginArray()
    }

    private func end(_ w: inout JSONWriter) {
        w.endArray()
        if let logs {
            w.key("logs")
            w.raw(TeleRoutes.encoded(logs))
        }
        if logsTruncated {
            w.key("logsTruncated")
            w.bool(true)
        }
        w.endObject()
        if around != nil { w.endObject() }
    }
}
