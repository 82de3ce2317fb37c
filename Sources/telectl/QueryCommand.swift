import ArgumentParser
import TeleTerm

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Evaluate PromQL: a table for one time, a plot over a range.",
        discussion: """
              telectl query 'sum by (job) (rate(http_requests_total[5m]))'
              telectl query 'rate(http_requests_total[5m])' --range 1h
              telectl query 'sum by (le) (rate(http_server_request_duration_seconds_bucket[1m]))' --range 1h
            Series of a histogram's buckets (le), and native histograms, are drawn as a heat map.
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp("Plot this long a range that ends at --time.", valueName: "length"))
    var range: SpanArgument?

    @Option(name: .long, help: ArgumentHelp("Between points of the range.", valueName: "length"))
    var step: SpanArgument?

    @Option(name: .long, parsing: .unconditional, help: "Evaluate at this time (now).")
    var time: TimeArgument?

    @Option(name: .long, help: "Rows of the plot.")
    var height = 14

    @Option(name: .long, help: "Of the values: none, seconds, bytes or percent (default: from the metrics' names).")
    var unit: PlotUnit?

    @Argument(help: ArgumentHelp("The expression.", valueName: "promql"), completion: .promQL)
    var query: String

    func run() async throws {
        let client = try common.client
        let end = time?.nanoseconds ?? TimeArgument.now
        let terminal = common.terminal
        var parameters = [("query", query)]
        var path = "/api/v1/query"
        var from = end
        if let range {
            path = "/api/v1/query_range"
            from = end > range.nanoseconds ? end - range.nanoseconds : 0
            // About a point for every dot column, at whole seconds where the range allows.
            let fine = max(range.nanoseconds / UInt64(max(terminal.width * 2, 2)), 1_000_000)
            let whole = max((fine + 999_999_999) / 1_000_000_000, 1) * 1_000_000_000
            let chosen = step?.nanoseconds ?? (range.nanoseconds < 60_000_000_000 ? fine : whole)
            parameters += [("start", seconds(from)), ("end", seconds(end)), ("step", seconds(max(chosen, 1_000_000)))]
        } else {
            parameters.append(("time", seconds(end)))
        }
        let (answer, body) = try await client.value(PrometheusAnswer.self, path, parameters)
        for warning in (answer.warnings ?? []) + (answer.infos ?? []) { Terminal.complain(warning) }
        if common.json {
            Terminal.write(body + [0x0a])
        } else if range != nil, !answer.rows.isEmpty {
            let lines = draw(answer.rows, from: Double(from) / 1e9, to: Double(end) / 1e9, terminal)
            Terminal.print(lines)
        } else if !answer.rows.isEmpty {
            terminal.show(QueryCommand.table(answer.rows))
        }
        if answer.rows.isEmpty {
            Terminal.complain("no series matches at this time")
            throw ExitCode.notFound
        }
    }

    private func draw(
        _ rows: [PrometheusAnswer.Row], from: Double, to: Double, _ terminal: Terminal
    ) -> [String] {
        let unit = unit ?? PlotUnit.guess(query)
        let height = min(max(height, 3), 200)
        let cells = QueryCommand.heat(rows)
        if !cells.isEmpty {
            // The unit of a histogram is that of its bounds, whatever was done to the counts.
            let unit = self.unit ?? PlotUnit.guess("histogram_quantile " + query)
            return HeatMap(cells, from: from, to: to, unit: unit)
                .lines(width: terminal.width, height: height, style: terminal.style)
        }
        let series = rows.map { row in
            Plot.Series(name: row.name, points: row.points.map { ($0.time, Double($0.value) ?? .nan) })
        }
        return Plot(series: series, from: from, to: to, unit: unit)
            .lines(width: terminal.width, height: height, style: terminal.style)
    }

    /// Cells of histograms: native ones, or series that differ in `le` alone; none where the rows are neither.
    static func heat(_ rows: [PrometheusAnswer.Row]) -> [HeatMap.Cell] {
        let native = rows.flatMap { row in
            row.buckets.flatMap { moment in
                moment.buckets.map { HeatMap.Cell(time: moment.time, low: $0.low, high: $0.high, count: $0.count) }
            }
        }
        if !native.isEmpty { return native }
        let others = Set(rows.map { $0.labels.filter { $0.key != "le" } })
        guard rows.count > 1, others.count == 1, rows.allSatisfy({ $0.labels["le"] != nil }) else { return [] }
        return HeatMap.cells(
            rows.compactMap { row in
                guard let bound = row.labels["le"].flatMap({ Double($0) }) else { return nil }
                return (bound, row.points.map { ($0.time, Double($0.value) ?? .nan) })
            })
    }

    static func table(_ rows: [PrometheusAnswer.Row]) -> Table {
        var table = Table([.init("series"), .init("value", .right)])
        if rows.contains(where: { $0.points.count > 1 }) { table = Table([.init("series"), .init("values")]) }
        for row in rows {
            table.add([.init(row.name), .init(row.points.map(\.value).joined(separator: " "), .strong)])
        }
        return table
    }

    private func seconds(_ nanoseconds: UInt64) -> String {
        let fraction = "\(nanoseconds % 1_000_000_000 / 1_000_000)"
        return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}

extension PlotUnit: ExpressibleByArgument {}
