/// What the live screen wants to know; whoever drives it asks the server and brings ``TopReply`` back.
package enum TopRequest: Sendable, Hashable {
    case services, errors, alerts
    case operations(service: String)
    case traces(TopSearch)
    case trace(String)
    /// The spans of a trace that come after those that are known.
    case moreSpans(trace: String, cursor: String)
    /// Why a trace took as long as it did.
    case reason(String)

    /// Ticks (seconds) until what is shown is asked for again; nil: once. The server writes the metrics of spans every
    /// 15 s, so that asking more often than now and then shows nothing new.
    var period: Int? {
        switch self {
        case .errors: 2
        case .services, .alerts, .operations, .traces: 5
        case .trace, .moreSpans, .reason: nil
        }
    }
}

/// Spans whose traces are listed.
package struct TopSearch: Sendable, Hashable {
    package var service: String
    /// "" for every operation.
    package var operation: String
    package var onlyErrors: Bool
    /// Spans at least this long, nanoseconds; 0 for all.
    package var atLeast: UInt64

    package init(service: String, operation: String = "", onlyErrors: Bool = false, atLeast: UInt64 = 0) {
        self.service = service
        self.operation = operation
        self.onlyErrors = onlyErrors
        self.atLeast = atLeast
    }

    package var traceQL: String {
        func quoted(_ text: String) -> String {
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        var conditions = ["resource.service.name = \(quoted(service))"]
        if !operation.isEmpty { conditions.append("name = \(quoted(operation))") }
        if onlyErrors { conditions.append("status = error") }
        if atLeast > 0 { conditions.append("duration >= \(atLeast)ns") }
        return "{ " + conditions.joined(separator: " && ") + " }"
    }
}

package enum TopReply: Sendable {
    case services([TopService])
    case errors([TopTrace])
    case alerts([TopAlert])
    case operations([TopOperation])
    case traces([TopTrace])
    /// Details a span, in the order of the trace's spans; `next` is the cursor of those that are missing. Answers both
    /// requests for spans of a trace.
    case trace(TraceView, [SpanDetails], next: String? = nil)
    case reason(TraceReason)
    case failed(String)
}
