import ArgumentParser
import TeleTerm

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "The alerts of the server's rules: state, since when, value, labels.",
        discussion: """
            Exit status 1 where there is none.

              telectl alerts -w
              telectl alerts --annotations
            """)

    @OptionGroup var common: CommonOptions

    @Flag(name: [.customShort("w"), .long], help: "Show them anew every two seconds.")
    var watch = false

    @Flag(help: "Below them what each says, with its links: tele_trace leads to a trace, tele_logs to logs.")
    var annotations = false

    func run() async throws {
        let client = try common.client
        repeat {
            let (answer, body) = try await client.value(PrometheusAlerts.self, "/api/v1/alerts")
            // Home, and away with what was there.
            if watch, common.terminal.isTerminal { Terminal.write(Array("\u{1b}[H\u{1b}[2J".utf8)) }
            if common.json {
                Terminal.write(body + [0x0a])
            } else if !answer.data.alerts.isEmpty {
                common.terminal.show(AlertsCommand.table(answer.data.alerts, now: TimeArgument.now))
                if annotations { AlertsCommand.say(answer.data.alerts) }
            }
            if watch {
                try await Task.sleep(for: .seconds(2))
            } else if answer.data.alerts.isEmpty {
                Terminal.complain("no alert is pending or firing")
                throw ExitCode.notFound
            }
        } while watch
    }

    static func table(_ alerts: [PrometheusAlerts.Alert], now: UInt64) -> Table {
        var table = Table([
            .init("state"), .init("since", .right), .init("alert"), .init("value", .right, rank: 2),
            .init("labels", rank: 3), .init("summary", rank: 1),
        ])
        // Firing first, then by name.
        for alert in alerts.sorted(by: { ($0.state, $0.name, $0.labelText) < ($1.state, $1.name, $1.labelText) }) {
            let summary = alert.annotations["summary"] ?? alert.annotations["description"] ?? ""
            table.add([
                .init(alert.state, alert.state == "firing" ? .error : .warning), .init(age(alert.activeAt, now), .dim),
                .init(alert.name, .strong), .init(Double(alert.value).map { "\($0)" } ?? alert.value),
                .init(alert.labelText), .init(summary, .dim),
            ])
        }
        return table
    }

    private static func say(_ alerts: [PrometheusAlerts.Alert]) {
        for alert in alerts.sorted(by: { ($0.name, $0.labelText) < ($1.name, $1.labelText) }) {
            let said = alert.annotations.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
            Terminal.print(["", "\(alert.name) \(alert.labelText)"] + said)
        }
    }

    private static func age(_ time: String, _ now: UInt64) -> String {
        guard let since = TimeArgument(argument: time)?.nanoseconds else { return time }
        return Units.duration(now > since ? (now - since) / 1_000_000_000 * 1_000_000_000 : 0)
    }
}

extension PrometheusAlerts.Alert {
    var name: String { labels["alertname"] ?? "" }
}
