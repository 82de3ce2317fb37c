import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

/// `/federate`: the last sample of every series that `match[]` names, in Prometheus' text format.
extension PrometheusRoutes {
    static let federateRoutes: [APIRoute] = ["/federate", "/prometheus/federate"].map { path in
        APIRoute([.get], path) { request, context in
            do throws(PrometheusFailure) {
                return try federate(request, context)
            } catch {
                return .text(error.message + "\n", status: error.status)
            }
        }
    }

    private static func federate(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let now = WallClock.milliseconds
        let lookback = PromQuery.Options().lookback
        let budget = try request.prometheusBudget(context)
        let snapshot = context.engine.snapshot()
        var seen: Set<LabelSet> = []
        var rows: [(labels: LabelSet, time: Int64, value: Double)] = []
        for matchers in try request.prometheusSelectors() {
            let data: SeriesData
            do throws(EngineError) {
                let selection = SeriesSelection(matchers: matchers, time: (now - lookback + 1)...now)
                data = try snapshot.select(selection, budget: budget)
            } catch {
                throw PrometheusFailure(error)
            }
            for i in 0..<data.count where data.offsets[i + 1] > data.offsets[i] {
                let last = data.offsets[i + 1] - 1
                let isStale = data.values[last].bitPattern == SampleBatch.staleMarker.bitPattern
                if isStale || !seen.insert(data.labels[i]).inserted { continue }
                rows.append((data.labels[i], data.times[last], data.values[last]))
            }
        }
        // Series of one metric stand together, below its type.
        var families: [String: [Int]] = [:]
        for i in rows.indices { families[rows[i].labels["__name__"] ?? "", default: []].append(i) }
        var out: [UInt8] = []
        for name in families.keys.sorted() {
            let isPlain = PromPrinter.isPlain(name, allowsColon: true)
            out.append(contentsOf: "# TYPE \(isPlain ? name : ExpositionText.quoted(name)) untyped\n".utf8)
            let members = (families[name] ?? []).sorted { LabelSet.precedes(rows[$0].labels, rows[$1].labels) }
            for i in members {
                let labels = text(rows[i].labels, name, isPlain: isPlain)
                out.append(contentsOf: "\(labels) \(FloatText.string(rows[i].value)) \(rows[i].time)\n".utf8)
            }
        }
        return APIResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", body: out)
    }

    /// `name{a="b"}`, or `{"näme",a="b"}`. A series without `instance` has an empty one, so that none is put there.
    private static func text(_ labels: LabelSet, _ name: String, isPlain: Bool) -> String {
        var parts = isPlain ? [] : [ExpositionText.quoted(name)]
        var pairs = labels.pairs.filter { $0.name != "__name__" }
        if labels["instance"] == nil { pairs.append(("instance", "")) }
        for pair in pairs {
            parts.append(
                (PromPrinter.isPlain(pair.name) ? pair.name : ExpositionText.quoted(pair.name)) + "="
                    + ExpositionText.quoted(pair.value))
        }
        return (isPlain ? name : "") + "{" + parts.joined(separator: ",") + "}"
    }
}
