import ArgumentParser
import TeleAPI
import TeleTerm

struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Draw one trace as a waterfall.",
        discussion: """
            Full blocks are the critical path: the work that decided how long the trace took.
              telectl trace 5b8efff7            a unique prefix of the id is enough
              telectl trace 5b8efff7 --logs     with events and log lines at their time
              telectl trace 5b8efff7 --full     alike siblings not folded
            """)

    @OptionGroup var common: CommonOptions

    @Flag(name: .long, help: "Show span events and the trace's log lines at their time.")
    var logs = false

    @Flag(name: .long, help: "Show every span: no folded siblings, no cut.")
    var full = false

    @Argument(help: "The trace id, or at least 4 of its first digits.", completion: .traceIDs)
    var id: String

    func run() async throws {
        guard !id.isEmpty, id.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }), id.utf8.count <= 32 else {
            throw ValidationError("a trace id is up to 32 hexadecimal digits, not '\(id)'")
        }
        let (trace, body) = try await common.client.value(
            TeleTrace.self, "/api/tele/v1/trace/\(id.lowercased())", logs ? [("logs", "1")] : [])
        if common.json {
            Terminal.write(body + [0x0a])
            return
        }
        let terminal = common.terminal
        var options = WaterfallOptions(width: terminal.width, style: terminal.style)
        options.isFull = full
        options.showsLogs = logs
        let view = TraceView(trace)
        Terminal.print(Waterfall(view, options).lines())
        for saga in Saga.all(view) { Terminal.print([""] + saga.lines(width: terminal.width, style: terminal.style)) }
        if trace.logsTruncated == true { Terminal.complain("the trace has more log lines than are shown") }
    }
}

extension TraceView {
    init(_ trace: TeleTrace) {
        let spans = trace.spans.map { span in
            var view = TraceView.Span(
                id: UInt64(span.spanID, radix: 16) ?? 0, parent: UInt64(span.parentSpanID, radix: 16) ?? 0,
                service: span.service.isEmpty ? "(no service)" : span.service, name: span.name, start: span.start,
                end: span.end, isError: span.status == "error", statusMessage: span.statusMessage,
                events: span.events.map(Event.init))
            view.saga = Saga.Mark(span)
            return view
        }
        let logs = (trace.logs ?? []).map { log in
            var level = LogLevel(severityNumber: log.severity)
            if level == .unknown { level = LogLevel(name: log.severityText) }
            return TraceView.Log(
                time: UInt64(log.timeUnixNano) ?? 0, span: UInt64(log.spanID, radix: 16) ?? 0, service: log.service,
                level: level, text: log.body)
        }
        self.init(id: trace.traceID, spans: spans, logs: logs)
    }
}

extension Saga.Mark {
    init?(_ span: TeleSpan) {
        let value = { (key: String) in span.attributes.first { $0.key == key }?.value }
        guard let step = value("saga.step"), !step.isEmpty else { return nil }
        self.init(
            saga: value("saga.name") ?? "", step: step, isCompensation: value("saga.action") == "compensation",
            isCancelled: value("saga.state") == "cancelled")
    }
}

extension TraceView.Event {
    init(_ event: TeleEvent) {
        let isError = event.name == "exception"
        var text = event.name
        let value = { (key: String) in event.attributes.first { $0.key == key }?.value }
        if isError, let message = value("exception.message") ?? value("exception.type") {
            text +=
                ": "
                + [value("exception.type"), value("exception.message") == nil ? nil : message]
                .compactMap { $0 }.joined(separator: ": ")
        } else if !event.attributes.isEmpty {
            text += " " + event.attributes.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        }
        self.init(time: UInt64(event.timeUnixNano) ?? 0, text: text, isError: isError)
    }
}
