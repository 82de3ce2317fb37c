import TeleAPI
import TeleEngine
import TeleModel
import TeleQuery

/// Writes the answers of the Prometheus API.
enum PrometheusAnswer {
    /// `{"status":"success","data":...}` with warnings and infos where there are any.
    static func success(
        warnings: [String] = [], infos: [String] = [], _ data: (inout JSONWriter) -> Void
    ) -> APIResponse {
        var w = JSONWriter(capacity: 1 << 12)
        w.beginObject()
        w.key("status")
        w.string("success")
        w.key("data")
        data(&w)
        list("warnings", warnings, &w)
        list("infos", infos, &w)
        w.endObject()
        return .json(w.bytes)
    }

    private static func list(_ name: String, _ texts: [String], _ w: inout JSONWriter) {
        guard !texts.isEmpty else { return }
        w.key(name)
        w.beginArray()
        for text in texts { w.string(text) }
        w.endArray()
    }

    static let truncated = "results truncated due to limit"

    /// A list of at most `limit` items, written by `item`.
    static func list(
        _ count: Int, limit: Int?, _ item: @escaping @Sendable (Int, inout JSONWriter) -> Void
    ) -> APIResponse {
        let shown = min(count, limit ?? count)
        return .json(-1) { i, w in
            if i < 0 {
                w.beginObject()
                w.key("status")
                w.string("success")
                w.key("data")
                w.beginArray()
            } else if i < shown {
                item(i, &w)
            } else {
                w.endArray()
                list("warnings", shown < count ? [truncated] : [], &w)
                w.endObject()
                return false
            }
            i += 1
            return true
        }
    }

    /// An object of members, each written by `value`.
    static func members<Value>(
        _ members: [(String, Value)], _ value: (Value, inout JSONWriter) -> Void
    ) -> APIResponse {
        success { w in
            w.beginObject()
            for (name, member) in members {
                w.key(name)
                value(member, &w)
            }
            w.endObject()
        }
    }

    static func strings(_ texts: [String], limit: Int?) -> APIResponse {
        list(texts.count, limit: limit) { $1.string(texts[$0]) }
    }

    static func labels(_ labels: LabelSet, _ w: inout JSONWriter) {
        w.beginObject()
        labels.forEach { name, value in
            w.key(labels.bytes[name].span)
            w.string(labels.bytes[value].span)
        }
        w.endObject()
    }

    /// What stands before the rows of an answer and behind them.
    private struct Frame: Sendable {
        var type: String
        var warnings: [String]
        var infos: [String]
        var statistics: PrometheusStatistics?

        func begin(_ w: inout JSONWriter) {
            w.beginObject()
            w.key("status")
            w.string("success")
            w.key("data")
            w.beginObject()
            w.key("resultType")
            w.string(type)
            w.key("result")
        }

        func end(_ w: inout JSONWriter) {
            statistics?.write(&w)
            w.endObject()
            list("warnings", warnings, &w)
            list("infos", infos, &w)
            w.endObject()
        }
    }

    static func query(
        _ answer: PromAnswer, isInstant: Bool, limit: Int?, statistics: PrometheusStatistics? = nil
    ) -> APIResponse {
        var frame = Frame(
            type: "matrix", warnings: answer.warnings, infos: answer.infos, statistics: statistics)
        switch answer.result {
        case .scalar(let values) where isInstant:
            frame.type = "scalar"
            return single(frame, answer.grid.start) { $0.sample(values.first ?? .nan) }
        case .string(let text):
            frame.type = "string"
            return single(frame, answer.grid.start) { $0.string(text) }
        case .scalar(let values):
            return rows(frame, PrometheusScalarRows(values: values, grid: answer.grid), limit, isInstant: false)
        case .vector(let block):
            if isInstant { frame.type = "vector" }
            return rows(frame, PrometheusBlockRows(block: block, grid: answer.grid), limit, isInstant: isInstant)
        case .matrix(let data): return rows(frame, PrometheusSampleRows(data: data), limit, isInstant: false)
        }
    }

    private static func single(
        _ frame: Frame, _ time: Int64, _ value: (inout JSONWriter) -> Void
    ) -> APIResponse {
        var w = JSONWriter(capacity: 1 << 8)
        frame.begin(&w)
        w.beginArray()
        w.seconds(milliseconds: time)
        value(&w)
        w.endArray()
        frame.end(&w)
        return .json(w.bytes)
    }

    private static func rows(
        _ frame: Frame, _ rows: some PrometheusRows, _ limit: Int?, isInstant: Bool
    ) -> APIResponse {
        var frame = frame
        if let limit, rows.count > limit { frame.warnings.append(truncated) }
        let writer = PrometheusRowsWriter(rows, limit: limit, isInstant: isInstant)
        return .json((frame: frame, writer: writer, isBegun: false)) { state, w in
            if !state.isBegun {
                state.frame.begin(&w)
                w.beginArray()
                state.isBegun = true
            }
            if state.writer.step(&w) { return true }
            w.endArray()
            state.frame.end(&w)
            return false
        }
    }

    static func histogram(_ value: NativeHistogram, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("count")
        w.sample(value.count)
        w.key("sum")
        w.sample(value.sum)
        let buckets = value.buckets
        if !buckets.isEmpty {
            w.key("buckets")
            w.beginArray()
            for bucket in buckets {
                w.beginArray()
                w.int(bucket.rule)
                w.sample(bucket.lower)
                w.sample(bucket.upper)
                w.sample(bucket.count)
                w.endArray()
            }
            w.endArray()
        }
        w.endObject()
    }
}
