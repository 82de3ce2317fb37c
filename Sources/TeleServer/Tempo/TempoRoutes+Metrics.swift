import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

extension TempoRoutes {
    /// `/api/metrics/query_range`: series over time.
    @Sendable static func metricsRange(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        metrics(request, context, isInstant: false)
    }

    /// `/api/metrics/query`: one value a series. Grafana reads it strictly: no field that Tempo does not know.
    @Sendable static func metricsInstant(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        metrics(request, context, isInstant: true)
    }

    private static func metrics(_ request: APIRequest, _ context: APIContext, isInstant: Bool) -> APIResponse {
        do throws(TempoFailure) {
            let parameters = TempoParameters(request)
            let metric = try parameters.metric()
            let grid = try parameters.grid(isInstant: isInstant)
            let budget = context.makeBudget()
            let series: [TraceSeries]
            var query = TraceMetricQuery(metric: metric, grid: grid)
            query.spansPerTrace = context.facts().configuration.query.traceSpans
            var cut: TraceCut?
            do throws(EngineError) {
                series = try query.run(context.engine.snapshot(), budget, cut: &cut)
            } catch { throw TempoFailure.engine(error) }
            let body = answer(series, grid, inspected: budget.rows, isInstant: isInstant, cut)
            return .json(body).marked(cut: cut)
        } catch { return error.response }
    }

    private static func answer(
        _ series: [TraceSeries], _ grid: TraceMetricGrid, inspected: Int, isInstant: Bool, _ cut: TraceCut?
    ) -> [UInt8] {
        var w = JSONWriter()
        w.beginObject()
        w.key("series")
        w.beginArray()
        for one in series {
            w.beginObject()
            w.key("labels")
            w.beginArray()
            for label in one.labels { write(label.name, label.value, &w) }
            w.endArray()
            if isInstant {
                w.key("value")
                w.double(one.values.first ?? 0)
            } else {
                w.key("promLabels")
                w.string(promLabels(one))
                w.key("samples")
                w.beginArray()
                for (bin, value) in one.values.enumerated() where !value.isNaN {
                    w.beginObject()
                    w.key("timestampMs")
                    w.quotedInt(grid.milliseconds(bin))
                    w.key("value")
                    w.double(value)
                    w.endObject()
                }
                w.endArray()
            }
            w.endObject()
        }
        w.endArray()
        w.key("metrics")
        w.beginObject()
        w.key("inspectedSpans")
        w.quotedInt(inspected)
        w.endObject()
        if let cut, !isInstant {
            w.key("status")
            w.string("PARTIAL")
            w.key("message")
            w.string(cut.message)
        }
        w.endObject()
        return w.bytes
    }

    /// `{name="value", ...}`.
    private static func promLabels(_ series: TraceSeries) -> String {
        let pairs = series.labels.map { "\($0.name)=\(QuotedText.quote(TraceValueText.text(of: $0.value)))" }
        return "{" + pairs.joined(separator: ", ") + "}"
    }
}
