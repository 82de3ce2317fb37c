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

    @Option(name: .long, help: "At most this many spans, the first by start.")
    var spans = LoadedTrace.usual

    func validate() throws { if spans < 1 { throw ValidationError("--spans must be at least 1") } }

    func run() async throws {
        let trace = try await common.client.trace(id, withLogs: logs, most: spans, isJSON: common.json)
        if common.json {
            Terminal.write(trace.body + [0x0a])
        } else {
            let terminal = common.terminal
            var options = WaterfallOptions(width: terminal.width, style: terminal.style)
            options.isFull = full
            options.showsLogs = logs
            Terminal.print(Waterfall(trace.view, options).lines())
            for saga in Saga.all(trace.view) {
                Terminal.print([""] + saga.lines(width: terminal.width, style: terminal.style))
            }
        }
        trace.complainIfCut()
        if trace.logsTruncated { Terminal.complain("the trace has more log lines than are shown") }
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
