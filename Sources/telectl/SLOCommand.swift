import ArgumentParser
import TeleTerm

struct SLOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slo",
        abstract: "Service level objectives: what is left of each error budget, and how fast it burns.",
        discussion: """
            Objectives are entries under slo: of rule files.

              telectl slo --json
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let client = try common.client
        let query = "{__name__=~\"slo:(objective|error_budget_left):ratio|slo:error_ratio:rate(5m|1h|6h)\"}"
        let (answer, body) = try await client.value(PrometheusAnswer.self, "/api/v1/query", [("query", query)])
        if common.json {
            Terminal.write(body + [0x0a])
        } else if !answer.rows.isEmpty {
            common.terminal.show(SLOCommand.table(answer.rows))
        }
        if answer.rows.isEmpty {
            Terminal.complain("no objective is recorded; a rule file takes them as slo:")
            throw ExitCode.notFound
        }
    }

    static func table(_ rows: [PrometheusAnswer.Row]) -> Table {
        var values: [String: [String: Double]] = [:]
        for row in rows {
            guard let slo = row.labels["slo"], let name = row.labels["__name__"] else { continue }
            values[slo, default: [:]][name] = row.points.last.flatMap { Double($0.value) }
        }
        var table = Table([
            .init("objective"), .init("target", .right, rank: 1), .init("budget left", .right),
            .init("burn 5m", .right, rank: 2), .init("burn 1h", .right), .init("burn 6h", .right, rank: 3),
        ])
        for (slo, own) in values.sorted(by: { $0.key < $1.key }) {
            let target = own["slo:objective:ratio"] ?? .nan
            let left = own["slo:error_budget_left:ratio"] ?? .nan
            var cells: [Table.Cell] = [
                .init(slo, .strong), .init(percent(target)),
                .init(percent(left), left < 0 ? .error : left < 0.25 ? .warning : .good),
            ]
            for window in ["5m", "1h", "6h"] {
                let burn = (own["slo:error_ratio:rate\(window)"] ?? .nan) / (1 - target)
                cells.append(.init(burn.isFinite ? Units.digits(burn) + "x" : "-", burn > 1 ? .warning : .plain))
            }
            table.add(cells)
        }
        return table
    }

    private static func percent(_ ratio: Double) -> String { ratio.isFinite ? Units.digits(ratio * 100) + "%" : "-" }
}
