import ArgumentParser
import TeleTerm

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "A live screen: services, errors, alerts, down to a trace and its spans.",
        discussion: """
            Arrows and enter go into a service, its operations, their slow traces, a trace's spans; esc goes back.
            A slash filters or searches, a question mark shows the keys, q ends.
              telectl top
              telectl top --trace 5b8efff7      walk through one trace
            """)

    @Option(name: .long, help: ArgumentHelp("The server's address.", valueName: "url"))
    var server: String?

    @Flag(name: .long, help: "No colour.")
    var noColor = false

    @Option(
        name: .long, help: ArgumentHelp("Begin with this trace: its id, or the first digits.", valueName: "id"),
        completion: .traceIDs)
    var trace: String?

    func validate() throws {
        guard let trace else { return }
        if trace.isEmpty || trace.utf8.count > 32 || !trace.allSatisfy(\.isHexDigit) {
            throw ValidationError("a trace id is up to 32 hexadecimal digits, not '\(trace)'")
        }
    }

    func run() async throws {
        let client = try CommonOptions.client(server)
        guard let screen = RawTerminal() else {
            throw ValidationError("top needs a terminal; in a pipe use telectl services --json")
        }
        let terminal = Terminal(width: nil, noColor: noColor)
        try await TopLoop(client: client, screen: screen, style: terminal.style, trace: trace?.lowercased() ?? "").run()
    }
}
