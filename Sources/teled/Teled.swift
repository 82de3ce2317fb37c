import ArgumentParser
import TeleAPI
import TeleServer

/// `teled`: arguments in, composition out.
@main
struct Teled: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teled",
        abstract: "Collects logs, metrics and traces over OTLP, stores them, and answers PromQL, LogQL and TraceQL.",
        discussion: """
            Flags beat TELED_* environment variables, which beat the configuration file, which beats the defaults.
            Exit codes: 0 stopped as asked, 64 bad usage or configuration, 73 data folder unusable, 1 anything else.
            """,
        version: TeleVersion.text,
        subcommands: [ConfigCommand.self])

    @OptionGroup var options: ServerFlags

    func run() async throws {
        let resolved: ResolvedConfiguration
        do { resolved = try options.resolve() } catch {
            StandardError.write("teled: \(error)")
            throw ExitCode(ExitStatus.configuration)
        }
        throw ExitCode(await Daemon(options: options, resolved: resolved).run())
    }
}

/// Why the process ended, as CONTRACT.md has it.
enum ExitStatus {
    static let stopped: Int32 = 0
    static let failed: Int32 = 1
    /// EX_USAGE
    static let configuration: Int32 = 64
    /// EX_CANTCREAT
    static let dataFolder: Int32 = 73
}
