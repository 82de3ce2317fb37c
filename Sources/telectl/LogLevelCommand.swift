import ArgumentParser
import TeleAPI
import TeleTerm

struct LogLevelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loglevel", abstract: "Set the log level of a running service for a while.",
        discussion: """
              telectl loglevel                                   what is set
              telectl loglevel checkout http.client debug        for ten minutes
              telectl loglevel checkout '*' trace --for 2m       all loggers of the service
              telectl loglevel checkout http.client default      back to its own level now
            The service asks for it when it uses TeleClient with logLevelPoll; it takes that long to follow. Every level
            ends by itself, also where nobody can be asked any more.
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .customLong("for"), help: ArgumentHelp("How long, up to 24h.", valueName: "length"))
    var length = "10m"

    @Argument(help: "The service's name.")
    var service: String?

    @Argument(help: "A logger's label; one that ends in * means all that begin like it.")
    var label: String?

    @Argument(help: "trace, debug, info, notice, warning, error, critical or default.")
    var level: String?

    func validate() throws {
        if SpanArgument(argument: length) == nil { throw ValidationError("--for '\(length)' is no length of time") }
        if label != nil, level == nil {
            throw ValidationError("a level is missing: telectl loglevel SERVICE LABEL LEVEL")
        }
        if let level, level != "default", !TeleLogLevel.levels.contains(level) {
            throw ValidationError("'\(level)' is none of \(TeleLogLevel.levels.joined(separator: ", ")), default")
        }
    }

    func run() async throws {
        var path = "/api/tele/v1/loglevels"
        if let service { path += "/" + ServerClient.escaped(service) }
        var parameters: [(String, String)] = []
        if let label, let level { parameters = [("label", label), ("level", level), ("for", length)] }
        let (answer, body) = try await common.client.value(
            TeleLogLevels.self, path, parameters, isPost: !parameters.isEmpty)
        if common.json {
            Terminal.write(body + [0x0a])
        } else if !answer.levels.isEmpty {
            common.terminal.show(LogLevelCommand.table(answer))
        }
        if answer.levels.isEmpty {
            Terminal.complain("no levels are set")
            if level != "default" { throw ExitCode.notFound }
        }
    }

    static func table(_ answer: TeleLogLevels) -> Table {
        var table = Table([.init("service"), .init("label"), .init("level"), .init("ends in", .right)])
        for one in answer.levels {
            table.add([
                .init(TextWidth.clean(one.service), Style.service(one.service)), .init(TextWidth.clean(one.label)),
                .init(TextWidth.clean(one.level), .strong),
                .init(
                    Units.duration(
                        UInt64(clamping: max(0, one.seconds)).multipliedReportingOverflow(by: 1_000_000_000)
                            .partialValue)),
            ])
        }
        return table
    }
}
