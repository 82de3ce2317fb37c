import ArgumentParser
import TeleAPI
import TeleTerm

struct ServicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "Rate, errors and latency of each service, from its spans.",
        discussion: """
              telectl services
              telectl services --since 1h
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp("Look this far back.", valueName: "length"))
    var since: String = "15m"

    func validate() throws {
        if SpanArgument(argument: since) == nil { throw ValidationError("--since '\(since)' is no length of time") }
    }

    func run() async throws {
        let (answer, body) = try await common.client.value(
            TeleServices.self, "/api/tele/v1/services", [("since", since)])
        if common.json {
            Terminal.write(body + [0x0a])
        } else if !answer.services.isEmpty {
            common.terminal.show(ServicesCommand.table(answer))
        }
        if answer.services.isEmpty {
            Terminal.complain("no service sent spans in the last \(since)")
            throw ExitCode.notFound
        }
    }

    static func table(_ answer: TeleServices) -> Table {
        var table = Table([
            .init("service"), .init("requests/s", .right), .init("errors", .right), .init("p50", .right, rank: 2),
            .init("p95", .right), .init("p99", .right, rank: 1),
            .init("spans", .right, rank: 3),
        ])
        for service in answer.services {
            let name = service.name.isEmpty ? "(no service)" : service.name
            let percent = service.errorRatio * 100
            table.add([
                .init(name, Style.service(name)), .init(Units.digits(service.rate)),
                .init(Units.digits(percent) + "%", percent >= 5 ? .error : percent > 0 ? .warning : .plain),
                .init(duration(service.p50)), .init(duration(service.p95)), .init(duration(service.p99)),
                .init(Units.count(Double(service.spans)), .dim),
            ])
        }
        return table
    }

    private static func duration(_ nanoseconds: Double) -> String {
        nanoseconds.isFinite && nanoseconds >= 0 ? Units.duration(UInt64(min(nanoseconds, 9e18))) : "-"
    }
}
