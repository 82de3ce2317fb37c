import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

extension PrometheusRoutes {
    /// The label sets that the request's selectors match, each once; all series without a selector.
    private static func selected(
        _ request: APIRequest, _ context: APIContext, _ selectors: [[Matcher]]
    ) throws(PrometheusFailure) -> [LabelSet] {
        guard let time = try request.prometheusRangeOrNothing() else { return [] }
        let budget = try request.prometheusBudget(context)
        let snapshot = context.engine.snapshot()
        var lists = selectors
        if lists.isEmpty {
            guard let any = try? Matcher(name: "__name__", .matches, ".+") else { return [] }
            lists = [[any]]
        }
        var seen: Set<LabelSet> = []
        var out: [LabelSet] = []
        for matchers in lists {
            do {
                let found = try snapshot.series(SeriesSelection(matchers: matchers, time: time), budget: budget)
                for labels in found where seen.insert(labels).inserted { out.append(labels) }
            } catch {
                throw PrometheusFailure(error)
            }
        }
        return out
    }

    static func series(_ request: APIRequest, _ context: APIContext) throws(PrometheusFailure) -> APIResponse {
        let selectors = try request.prometheusSelectors()
        if selectors.isEmpty { throw .bad("no match[] parameter provided") }
        let limit = try request.prometheusLimit()
        var found = try selected(request, context, selectors)
        found.sort(by: LabelSet.precedes)
        let list = found
        return PrometheusAnswer.list(list.count, limit: limit) { PrometheusAnswer.labels(list[$0], &$1) }
    }

    static func labels(_ request: APIRequest, _ context: APIContext) throws(PrometheusFailure) -> APIResponse {
        let limit = try request.prometheusLimit()
        var names: Set<[UInt8]> = []
        for labels in try selected(request, context, request.prometheusSelectors()) {
            labels.forEach { name, _ in names.insert(Array(labels.bytes[name])) }
        }
        return PrometheusAnswer.strings(sorted(names), limit: limit)
    }

    static func labelValues(_ request: APIRequest, _ context: APIContext) throws(PrometheusFailure) -> APIResponse {
        let name = PrometheusNames.unescaped(request.pathParameters["name"] ?? "")
        if name.isEmpty { throw .bad("invalid label name: \"\"") }
        let limit = try request.prometheusLimit()
        let wanted = Array(name.utf8)
        var values: Set<[UInt8]> = []
        for labels in try selected(request, context, request.prometheusSelectors()) {
            labels.forEach { name, value in
                if labels.bytes[name].elementsEqual(wanted) { values.insert(Array(labels.bytes[value])) }
            }
        }
        return PrometheusAnswer.strings(sorted(values), limit: limit)
    }

    private static func sorted(_ texts: Set<[UInt8]>) -> [String] {
        texts.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }

    static func metadata(_ request: APIRequest, _ context: APIContext) throws(PrometheusFailure) -> APIResponse {
        let limit = try request.prometheusLimit()
        let perMetric = try request.prometheusLimit("limit_per_metric")
        let wanted = request["metric"]
        var order: [String] = []
        var entries: [String: [MetricMetadata]] = [:]
        for entry in context.engine.snapshot().metadata() where wanted == nil || wanted == "" || entry.name == wanted {
            if entries[entry.name] == nil { order.append(entry.name) }
            if !(entries[entry.name] ?? []).contains(entry) { entries[entry.name, default: []].append(entry) }
        }
        return PrometheusAnswer.success { w in
            w.beginObject()
            for name in order.sorted().prefix(limit ?? order.count) {
                let list = entries[name] ?? []
                w.key(name)
                w.beginArray()
                for entry in list.prefix(perMetric ?? list.count) {
                    w.beginObject()
                    w.key("type")
                    w.string(entry.type.prometheusName)
                    w.key("unit")
                    w.string(entry.unit)
                    w.key("help")
                    w.string(entry.help)
                    w.endObject()
                }
                w.endArray()
            }
            w.endObject()
        }
    }

    static func exemplars(_ request: APIRequest, _ context: APIContext) throws(PrometheusFailure) -> APIResponse {
        let query = try request.prometheusQuery(context)
        let time = try request.prometheusRange()
        let budget = try request.prometheusBudget(context)
        let snapshot = context.engine.snapshot()
        var found: [ExemplarData] = []
        var seen: Set<LabelSet> = []
        for selector in query.expression.selectors {
            do {
                let selection = SeriesSelection(matchers: selector.matchers, time: time)
                for data in try snapshot.exemplars(selection, budget: budget) where seen.insert(data.labels).inserted {
                    found.append(data)
                }
            } catch {
                throw PrometheusFailure(error)
            }
        }
        return PrometheusAnswer.success { w in
            w.beginArray()
            for data in found {
                w.beginObject()
                w.key("seriesLabels")
                PrometheusAnswer.labels(data.labels, &w)
                w.key("exemplars")
                w.beginArray()
                for exemplar in data.exemplars {
                    w.beginObject()
                    w.key("labels")
                    PrometheusAnswer.labels(exemplar.labels, &w)
                    w.key("value")
                    w.sample(exemplar.value)
                    w.key("timestamp")
                    w.seconds(milliseconds: exemplar.time)
                    w.endObject()
                }
                w.endArray()
                w.endObject()
            }
            w.endArray()
        }
    }
}

extension MetricType {
    /// As Prometheus writes it.
    fileprivate var prometheusName: String {
        switch self {
        case .unknown: "unknown"
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        case .gaugeHistogram: "gaugehistogram"
        case .summary: "summary"
        case .info: "info"
        case .stateSet: "stateset"
        }
    }
}
