import ArgumentParser
import TeleTerm

struct MapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map", abstract: "Draw who calls whom, with rates, errors and p95 on the edges.",
        discussion: """
            Read from the service graph that teled makes of the spans it takes in (traces_service_graph_*).
              telectl map
              telectl map --since 1h
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp("Look this far back.", valueName: "length"))
    var since = "15m"

    func validate() throws {
        if SpanArgument(argument: since).map({ $0.nanoseconds >= 1_000_000_000 }) != true {
            throw ValidationError("--since '\(since)' is no length of time of 1s or more")
        }
    }

    private struct Key: Hashable {
        var client: String
        var server: String
        var connection: String

        init(_ labels: [String: String]) {
            client = labels["client"] ?? ""
            server = labels["server"] ?? ""
            connection = labels["connection_type"] ?? ""
        }
    }

    func run() async throws {
        let seconds = (SpanArgument(argument: since)?.nanoseconds ?? 0) / 1_000_000_000
        let metric = "traces_service_graph_request"
        let by = "client, server, connection_type"
        let window = "[\(try await reach(of: metric, within: seconds))s]"
        let (totals, body) = try await ask("sum by (\(by)) (rate(\(metric)_total\(window))) > 0")
        if common.json { Terminal.write(body + [0x0a]) }
        guard !totals.isEmpty else {
            Terminal.complain(
                "no span of the last \(since) tells who called whom (it takes 15 s until the first are counted)")
            throw ExitCode.notFound
        }
        if common.json { return }
        let failed = try await ask("sum by (\(by)) (rate(\(metric)_failed_total\(window)))").values
        let p95 = try await ask(
            "histogram_quantile(0.95, sum by (\(by), le) (rate(\(metric)_server_seconds_bucket\(window))))"
        ).values
        let edges = totals.map { key, rate in
            ServiceMap.Edge(
                client: key.client, server: key.server, connection: key.connection, rate: rate,
                errorRatio: min((failed[key] ?? 0) / rate, 1),
                p95: p95[key].flatMap { $0.isFinite && $0 >= 0 ? UInt64(min($0, 9e9) * 1e9) : nil })
        }
        let terminal = common.terminal
        Terminal.print(ServiceMap(edges).lines(width: terminal.width, style: terminal.style))
    }

    /// A rate over more time than there are figures of would be too low: what a server that started a minute ago knows
    /// is spread over that minute. Seconds.
    private func reach(of metric: String, within seconds: UInt64) async throws -> UInt64 {
        let step = max(seconds / 60, 15)
        let first = "min(min_over_time(timestamp(\(metric)_total)[\(seconds)s:\(step)s]))"
        guard let age = try await ask("time() - \(first)").values.values.first, age.isFinite, age >= 0 else {
            return seconds
        }
        return min(seconds, max(60, UInt64(min(age, 1e12)) + step))
    }

    private func ask(_ query: String) async throws -> (values: [Key: Double], body: [UInt8]) {
        let (answer, body) = try await common.client.value(
            PrometheusAnswer.self, "/api/v1/query", [("query", query)])
        var values: [Key: Double] = [:]
        for row in answer.rows {
            if let value = row.points.first.flatMap({ Double($0.value) }) { values[Key(row.labels)] = value }
        }
        return (values, body)
    }
}
