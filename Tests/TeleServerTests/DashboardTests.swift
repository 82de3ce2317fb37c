import HTTPTypes
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Every query of every file in Dashboards/, asked of the engines as Grafana and the pages ask it.
struct DashboardTests {
    private static let boards: [(file: String, model: DashboardModel)] = EmbeddedFile.dashboards.compactMap { file in
        (try? JSONDecoder().decode(DashboardModel.self, from: Data(file.bytes))).map { (file.path, $0) }
    }
    /// Panels that the pages draw.
    private static let drawn: Set = ["timeseries", "stat", "table", "logs", "traces", "heatmap", "text", "row"]

    @Test func everyFileIsADashboard() {
        #expect(DashboardTests.boards.count == EmbeddedFile.dashboards.count && DashboardTests.boards.count >= 9)
        #expect(Set(DashboardTests.boards.map(\.model.uid)).count == DashboardTests.boards.count)
        for (file, board) in DashboardTests.boards {
            #expect(board.schemaVersion >= 36, "\(file)")
            #expect(Set(board.panels.map(\.id)).count == board.panels.count, "\(file): two panels have one id")
            let variables = Set(board.templating.list.map(\.name))
            for (i, panel) in board.panels.enumerated() {
                #expect(DashboardTests.drawn.contains(panel.type), "\(file): \(panel.type)")
                #expect(panel.gridPos.x + panel.gridPos.w <= 24, "\(file): \(panel.title)")
                for other in board.panels[..<i] {
                    #expect(!panel.gridPos.overlaps(other.gridPos), "\(file): \(panel.title) on \(other.title)")
                }
                for target in panel.targets ?? [] {
                    #expect(target.datasource.uid == "${\(target.datasource.type)}", "\(file): \(panel.title)")
                    #expect(variables.contains(target.datasource.type), "\(file): \(panel.title)")
                }
            }
        }
    }

    /// Units of Grafana's list that the files use (@grafana/data, valueFormats/categories.ts).
    private static let units: Set = [
        "short", "percentunit", "percent", "s", "ms", "ns", "bytes", "binBps", "ops", "opm", "reqps", "cpm", "bool",
    ]

    /// What Grafana's importer and its panels expect beyond queries: https://grafana.com/docs/grafana/latest/dashboards/.
    @Test func everyFileIsWhatGrafanaImports() {
        for (file, board) in DashboardTests.boards {
            #expect((1...40).contains(board.uid.count) && !board.title.isEmpty, "\(file)")
            for variable in board.templating.list where variable.type == "query" {
                #expect(variable.datasource.map { $0.uid == "${\($0.type)}" } == true, "\(file): \(variable.name)")
                #expect([1, 2].contains(variable.refresh), "\(file): \(variable.name) would keep its first values")
            }
            for panel in board.panels where panel.type != "row" && panel.type != "text" {
                let place = "\(file): \(panel.title)"
                let targets = panel.targets ?? []
                #expect(panel.datasource != nil && !targets.isEmpty, "\(place)")
                #expect(Set(targets.map(\.refId)).count == targets.count, "\(place): a refId twice")
                #expect(panel.fieldConfig.map { Self.units.contains($0.defaults.unit ?? "short") } == true, "\(place)")
                for target in targets {
                    switch target.datasource.type {
                    case "prometheus":
                        #expect(target.expr != nil, "\(place)")
                        #expect((target.format == "heatmap") == (panel.type == "heatmap"), "\(place)")
                        #expect(panel.type != "table" || target.format == "table" && target.instant == true, "\(place)")
                    case "loki": #expect(target.expr != nil && target.queryType == "range", "\(place)")
                    default: #expect(target.query != nil && target.queryType == "traceql", "\(place)")
                    }
                }
                checkColumns(panel, targets, place)
            }
        }
    }

    /// Grafana calls the values of a merged table "Value #A": they need the names that units are given to.
    private func checkColumns(
        _ panel: DashboardModel.Panel, _ targets: [DashboardModel.Target], _ place: String
    ) {
        guard panel.type == "table", targets.count > 1 else { return }
        let names = panel.transformations?.compactMap(\.options.renameByName).first ?? [:]
        for target in targets {
            #expect(names["Value #\(target.refId)"] == target.legendFormat, "\(place): \(target.refId)")
        }
        for one in panel.fieldConfig?.overrides ?? [] where one.matcher.id == "byName" {
            #expect(names.values.contains(one.matcher.options), "\(place): no column \(one.matcher.options)")
        }
    }

    @Test func everyQueryIsAnswered() {
        var asked = 0
        for (file, board) in DashboardTests.boards {
            // A variable may be one value, or all that there are.
            let own = board.templating.list.filter { $0.type != "datasource" }.map(\.name)
            for value in ["shop", ".+", "(shop|a b)"] {
                for panel in board.panels {
                    for target in panel.targets ?? [] {
                        let query = fill(target.text, own, value)
                        #expect(!query.contains("$"), "\(file): \(panel.title): a variable is not known: \(query)")
                        let answer = ask(target.datasource.type, query)
                        #expect(answer.status == 200, "\(file): \(panel.title): \(query): \(answer.text)")
                        asked += 1
                    }
                }
            }
            for variable in board.templating.list where variable.type == "query" {
                let inner = variable.query.firstMatch(of: #/^label_values\((?:(.+), )?\w+\)$/#)
                #expect(inner != nil, "\(file): \(variable.query)")
                guard let selector = inner?.1 else { continue }
                let answer = call("/api/v1/series", [("match[]", String(selector))])
                #expect(answer.status == 200, "\(file): \(variable.name): \(answer.text)")
            }
        }
        #expect(asked > 300)
    }

    /// A query that is wrong is seen: the test above can fail.
    @Test func aWrongQueryIsRefused() {
        #expect(ask("prometheus", "sum(rate(a[5m])").status == 400)
        #expect(ask("loki", #"{a=~".*"}"#).status == 400)
        #expect(ask("tempo", "{ .a = }").status == 400)
    }

    private func fill(_ query: String, _ names: [String], _ value: String) -> String {
        var out = query
        for (name, text) in [("__rate_interval", "1m"), ("__interval", "15s"), ("__range", "1h")] {
            out = out.replacing("$" + name, with: text)
        }
        for name in names { out = out.replacing("$" + name, with: value) }
        return out
    }

    private func ask(_ source: String, _ query: String) -> (status: Int, text: String) {
        switch source {
        case "prometheus":
            call("/api/v1/query_range", [("query", query), ("start", "1000"), ("end", "2000"), ("step", "60")])
        case "loki":
            call("/loki/api/v1/query_range", [("query", query), ("start", "1000"), ("end", "2000"), ("step", "60")])
        case "tempo" where query.contains(#/\| *(rate|\w+_over_time)/#):
            call("/tempo/api/metrics/query_range", [("q", query), ("start", "1000"), ("end", "2000"), ("step", "60s")])
        case "tempo": call("/tempo/api/search", [("q", query), ("start", "1000"), ("end", "2000")])
        default: (0, "no data source \(source)")
        }
    }

    private func call(_ path: String, _ parameters: [(String, String)]) -> (status: Int, text: String) {
        guard let route = APIRoutes.all.first(where: { $0.template == path }) else { return (404, path) }
        var request = APIRequest(method: .get, path: path)
        request.parameters = parameters.map { (name: $0.0, value: $0.1) }
        let response = route.handle(request, APIContext(engine: MemoryEngine()) { QueryBudget() })
        return (response.status.code, String(decoding: response.wholeBody, as: UTF8.self))
    }
}
