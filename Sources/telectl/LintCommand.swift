import ArgumentParser
import TeleAPI
import TeleTerm

struct LintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Report what is wrong with the telemetry itself.",
        subcommands: [LintTraces.self], defaultSubcommand: LintTraces.self)
}

struct LintTraces: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traces", abstract: "Where context is lost and spans can't be true, by service and operation.",
        discussion: """
            Exit status 1 where something was found.
              telectl lint traces --since 6h
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp("Look this far back.", valueName: "length"))
    var since = "1h"

    func validate() throws {
        if SpanArgument(argument: since) == nil { throw ValidationError("--since '\(since)' is no length of time") }
    }

    func run() async throws {
        let (lint, body) = try await common.client.value(
            TeleLint.self, "/api/tele/v1/lint/traces", [("since", since)])
        if lint.isCut { Terminal.complain("only the newest \(lint.spans) spans were looked at") }
        if common.json {
            Terminal.write(body + [0x0a])
        } else if !lint.findings.isEmpty {
            common.terminal.show(LintTraces.table(lint.findings))
        }
        if lint.spans == 0 {
            Terminal.complain("no span came in the last \(since)")
            throw ExitCode.notFound
        }
        if lint.findings.isEmpty { return Terminal.complain("\(lint.traces) traces, nothing to complain about") }
        throw ExitCode.notFound
    }

    static func table(_ findings: [TeleLint.Finding]) -> Table {
        var table = Table([
            .init("count", .right), .init("of", .right, rank: 2), .init("service"), .init("operation"),
            .init("problem"), .init("example", rank: 1),
        ])
        for one in findings {
            let service = one.service.isEmpty ? "(no service)" : one.service
            table.add([
                .init(Units.count(Double(one.count)), .strong), .init(Units.count(Double(one.of)), .dim),
                .init(service, Style.service(service)), .init(one.operation), .init(one.problem, .warning),
                .init(one.exampleTraceID, .accent),
            ])
        }
        return table
    }
}
