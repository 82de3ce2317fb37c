import ArgumentParser
import TeleTerm

/// Reads the metrics by the convention of TeleClient's `BreakerMetrics`.
struct BreakersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "breakers", abstract: "Every circuit breaker of the system: its state, and what it has done.",
        discussion: """
            Services tell it by the metrics circuit_breaker.state, .transitions, .calls, .retries and .deadline_exceeded with
            breaker.name; TeleClient's TeleBreaker and its own exports do.
              telectl breakers
            """)

    @OptionGroup var common: CommonOptions

    static let query =
        #"{__name__=~"circuit_breaker_(state|transitions_total|calls_total|retries_total|deadline_exceeded_total)"}"#

    func run() async throws {
        let (answer, body) = try await common.client.value(
            PrometheusAnswer.self, "/api/v1/query", [("query", BreakersCommand.query)])
        let breakers = BreakerRow.rows(answer.rows)
        if common.json {
            Terminal.write(body + [0x0a])
        } else if !breakers.isEmpty {
            common.terminal.show(BreakersCommand.table(breakers))
        }
        if breakers.isEmpty {
            Terminal.complain("no service tells of a circuit breaker")
            throw ExitCode.notFound
        }
    }

    static func table(_ breakers: [BreakerRow]) -> Table {
        var table = Table([
            .init("service"), .init("breaker"), .init("state"), .init("opened", .right),
            .init("failed", .right, rank: 1), .init("rejected", .right, rank: 2), .init("ok", .right, rank: 5),
            .init("retries", .right, rank: 4), .init("late", .right, rank: 3),
        ])
        for one in breakers {
            table.add([
                .init(TextWidth.clean(one.service), Style.service(one.service)), .init(TextWidth.clean(one.name)),
                .init(one.stateText, one.state == 2 ? .error : one.state == 1 ? .warning : .plain),
                .init(Units.count(one.opened)), .init(Units.count(one.failed)), .init(Units.count(one.rejected)),
                .init(Units.count(one.succeeded), .dim), .init(Units.count(one.retries)),
                .init(Units.count(one.late)),
            ])
        }
        return table
    }
}

/// One breaker of one process.
struct BreakerRow: Equatable {
    var service: String
    var instance: String
    var name: String
    var state = 0.0
    var opened = 0.0
    var succeeded = 0.0
    var failed = 0.0
    var rejected = 0.0
    var retries = 0.0
    var late = 0.0

    var stateText: String { state >= 2 ? "open" : state >= 1 ? "half open" : "closed" }

    /// The open ones first, then by service and name.
    static func rows(_ answer: [PrometheusAnswer.Row]) -> [BreakerRow] {
        var found: [[String]: BreakerRow] = [:]
        for row in answer {
            let labels = row.labels
            guard let name = labels["breaker_name"], let value = row.points.last.flatMap({ Double($0.value) }) else {
                continue
            }
            let service = labels["job"] ?? labels["service_name"] ?? ""
            let key = [service, labels["instance"] ?? "", name]
            var one = found[key] ?? BreakerRow(service: service, instance: key[1], name: name)
            switch (labels["__name__"], labels["breaker_state"] ?? labels["breaker_outcome"]) {
            case ("circuit_breaker_state", _): one.state = value
            case ("circuit_breaker_transitions_total", "open"): one.opened = value
            case ("circuit_breaker_calls_total", "success"): one.succeeded = value
            case ("circuit_breaker_calls_total", "failure"): one.failed = value
            case ("circuit_breaker_calls_total", "rejected"): one.rejected = value
            case ("circuit_breaker_retries_total", _): one.retries = value
            case ("circuit_breaker_deadline_exceeded_total", _): one.late = value
            default: break
            }
            found[key] = one
        }
        return found.values.sorted {
            $0.state != $1.state
                ? $0.state > $1.state
                : ($0.service, $0.name, $0.instance) < ($1.service, $1.name, $1.instance)
        }
    }
}
