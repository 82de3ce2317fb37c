import ArgumentParser
import TeleAPI

@main
struct Telectl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "telectl",
        abstract: "Look into what a teled holds: traces, logs, metrics, services, segment files.",
        discussion: """
            The server is --server, else TELE_SERVER, else http://127.0.0.1:4318.
            Times are RFC 3339, unix seconds, or relative: -15m.
            Words complete after tab: telectl --generate-completion-script bash|zsh|fish; manuals: telectl man.
            Exit status: 0 found, 1 nothing found or a check failed, 64 usage, 69 server out of reach.
            """,
        version: TeleVersion.text,
        subcommands: [
            TopCommand.self, TraceCommand.self, TracesCommand.self, WhyCommand.self, DiffCommand.self, LogsCommand.self,
            QueryCommand.self, ServicesCommand.self, MapCommand.self, LintCommand.self, StatusCommand.self,
            SegmentsCommand.self, SnapshotCommand.self, GrafanaCommand.self, LogLevelCommand.self,
            BreakersCommand.self, SilenceCommand.self, ManCommand.self, AlertsCommand.self, RulesCommand.self,
            SLOCommand.self,
        ])

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let complaint = NearMiss.complaint(arguments, root: Telectl.self) {
            exit(withError: ValidationError(complaint))
        }
        await main(arguments)
    }
}
