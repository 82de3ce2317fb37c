import TeleAPI
import TeleEngine
import TeleModel

extension PrometheusRoutes {
    /// What the last hour's series are made of: the largest counts of each kind.
    static func seriesStatistics(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let limit = try request.prometheusLimit() ?? 10
        let now = WallClock.milliseconds
        let budget = try request.prometheusBudget(context)
        guard let any = try? Matcher(name: "__name__", .matches, ".+") else { throw .bad("no matcher") }
        let found: [LabelSet]
        do throws(EngineError) {
            let selection = SeriesSelection(matchers: [any], time: (now - 3_600_000)...now)
            found = try context.engine.snapshot().series(selection, budget: budget)
        } catch {
            throw PrometheusFailure(error)
        }
        var metrics: [String: Int] = [:]
        var pairs: [String: Int] = [:]
        var values: [String: Set<String>] = [:]
        var bytes: [String: Int] = [:]
        for labels in found {
            for pair in labels.pairs {
                if pair.name == "__name__" { metrics[pair.value, default: 0] += 1 }
                pairs["\(pair.name)=\(pair.value)", default: 0] += 1
                if values[pair.name, default: []].insert(pair.value).inserted {
                    bytes[pair.name, default: 0] += pair.value.utf8.count
                }
            }
        }
        return PrometheusAnswer.success { w in
            w.beginObject()
            w.key("headStats")
            w.beginObject()
            for (key, value) in [
                ("numSeries", Int64(found.count)), ("numLabelPairs", Int64(pairs.count)), ("chunkCount", 0),
                ("minTime", now - 3_600_000), ("maxTime", now),
            ] {
                w.key(key)
                w.int(value)
            }
            w.endObject()
            for (key, counts) in [
                ("seriesCountByMetricName", metrics), ("labelValueCountByLabelName", values.mapValues(\.count)),
                ("memoryInBytesByLabelName", bytes), ("seriesCountByLabelValuePair", pairs),
            ] {
                w.key(key)
                top(counts, limit, &w)
            }
            w.endObject()
        }
    }

    private static func top(_ counts: [String: Int], _ limit: Int, _ w: inout JSONWriter) {
        w.beginArray()
        for (name, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(limit) {
            w.beginObject()
            w.key("name")
            w.string(name)
            w.key("value")
            w.int(count)
            w.endObject()
        }
        w.endArray()
    }
}
