import ArgumentParser
import TeleAPI
import TeleTerm

/// A trace as it is shown. It comes in pages, of which only what is drawn is kept: a trace may have a million spans.
struct LoadedTrace {
    var view: TraceView
    /// The first page as the server wrote it.
    var body: [UInt8]
    var shown: Int
    var total: Int
    var logsTruncated: Bool

    /// Spans that are shown where the user says nothing else.
    static let usual = 100_000

    func complainIfCut() {
        guard shown < total else { return }
        Terminal.complain(
            "the trace has \(total) spans: these are the first \(shown) by start; "
                + "see more with: telectl trace \(view.id) --spans \(total)")
    }
}

extension ServerClient {
    /// Spans.
    static let page = 10_000

    /// A trace by its id or a prefix of it. `most`: spans that are read; with `isJSON` one page alone.
    func trace(
        _ id: String, withLogs: Bool = false, most: Int = LoadedTrace.usual, isJSON: Bool = false
    ) async throws -> LoadedTrace {
        guard !id.isEmpty, id.utf8.count <= 32, id.allSatisfy(\.isHexDigit) else {
            throw ValidationError("a trace id is up to 32 hexadecimal digits, not '\(id)'")
        }
        var parameters = withLogs ? [("logs", "1")] : []
        parameters.append(("limit", "\(isJSON ? most : min(most, ServerClient.page))"))
        let (first, body) = try await value(TeleTrace.self, "/api/tele/v1/trace/\(id.lowercased())", parameters)
        var spans = first.spans.map(TraceView.Span.init)
        var next = isJSON ? nil : first.next
        while let cursor = next, spans.count < most {
            let limit = min(most - spans.count, ServerClient.page)
            let (page, _) = try await value(
                TeleTrace.self, "/api/tele/v1/trace/\(first.traceID)", [("cursor", cursor), ("limit", "\(limit)")])
            spans += page.spans.map(TraceView.Span.init)
            next = page.next
        }
        // What was sent twice is counted twice, and shown once.
        let total = next == nil && !isJSON ? spans.count : first.total ?? spans.count
        var view = TraceView(id: first.traceID, spans: spans, logs: (first.logs ?? []).map(TraceView.Log.init))
        view.total = first.next == nil ? spans.count : total
        return LoadedTrace(
            view: view, body: body, shown: spans.count, total: view.total, logsTruncated: first.logsTruncated == true)
    }
}

extension TraceView {
    /// Of one page.
    init(_ page: TeleTrace) {
        self.init(
            id: page.traceID, spans: page.spans.map(Span.init), logs: (page.logs ?? []).map(Log.init))
        if page.next != nil { total = page.total ?? 0 }
    }
}

extension TraceView.Span {
    init(_ span: TeleSpan) {
        self.init(
            id: UInt64(span.spanID, radix: 16) ?? 0, parent: UInt64(span.parentSpanID, radix: 16) ?? 0,
            service: span.service.isEmpty ? "(no service)" : span.service, name: span.name, start: span.start,
            end: span.end, isError: span.status == "error", statusMessage: span.statusMessage,
            events: span.events.map(TraceView.Event.init))
        saga = Saga.Mark(span)
    }
}

extension TraceView.Log {
    init(_ log: TeleLog) {
        var level = LogLevel(severityNumber: log.severity)
        if level == .unknown { level = LogLevel(name: log.severityText) }
        self.init(
            time: UInt64(log.timeUnixNano) ?? 0, span: UInt64(log.spanID, radix: 16) ?? 0, service: log.service,
            level: level, text: log.body)
    }
}
