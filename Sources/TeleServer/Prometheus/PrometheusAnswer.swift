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

    static func strings(_ texts: [String], limit: Int?) -> APIResponse {
        let isCut = limit.map { texts.count > $0 } ?? false
        return success(warnings: isCut ? ["results truncated due to limit"] : []) { w in
            w.beginArray()
            for text in texts.prefix(limit ?? texts.count) { w.string(text) }
            w.endArray()
        }
    }

    static func labels(_ labels: LabelSet, _ w: inout JSONWriter) {
        w.beginObject()
        labels.forEach { name, value in
            w.key(labels.bytes[name].span)
            w.string(labels.bytes[value].span)
        }
        w.endObject()
    }

    static func query(_ answer: PromAnswer, isInstant: Bool, limit: Int?) -> APIResponse {
        var warnings = answer.warnings
        let rows =
            switch answer.result {
            case .vector(let block): block.count
            case .matrix(let data): data.count
            default: 0
            }
        if let limit, rows > limit { warnings.append("results truncated due to limit") }
        return success(warnings: warnings, infos: answer.infos) { w in
            w.beginObject()
            w.key("resultType")
            switch answer.result {
            case .scalar(let values) where isInstant:
                pair("scalar", answer.grid.start, &w) { $0.sample(values.first ?? .nan) }
            case .string(let text): pair("string", answer.grid.start, &w) { $0.string(text) }
            case .scalar(let values):
                w.string("matrix")
                w.key("result")
                w.beginArray()
                w.beginObject()
                w.key("metric")
                w.beginObject()
                w.endObject()
                w.key("values")
                w.beginArray()
                for (step, value) in values.enumerated() { point(answer.grid.time(step), &w) { $0.sample(value) } }
                w.endArray()
                w.endObject()
                w.endArray()
            case .vector(let block):
                w.string(isInstant ? "vector" : "matrix")
                w.key("result")
                w.beginArray()
                for row in 0..<min(block.count, limit ?? block.count) { series(block, row, answer.grid, isInstant, &w) }
                w.endArray()
            case .matrix(let data):
                w.string("matrix")
                w.key("result")
                w.beginArray()
                for i in 0..<min(data.count, limit ?? data.count) { samples(data, i, &w) }
                w.endArray()
            }
            w.endObject()
        }
    }

    private static func pair(_ type: String, _ time: Int64, _ w: inout JSONWriter, _ value: (inout JSONWriter) -> Void)
    {
        w.string(type)
        w.key("result")
        point(time, &w, value)
    }

    private static func point(_ time: Int64, _ w: inout JSONWriter, _ value: (inout JSONWriter) -> Void) {
        w.beginArray()
        w.seconds(milliseconds: time)
        value(&w)
        w.endArray()
    }

    private static func series(
        _ block: PromBlock, _ row: Int, _ grid: PromGrid, _ isInstant: Bool, _ w: inout JSONWriter
    ) {
        w.beginObject()
        w.key("metric")
        labels(block.labels[row], &w)
        let cells = row * block.steps..<(row + 1) * block.steps
        for kind in [PromBlock.float, PromBlock.histogram] where cells.contains(where: { block.state[$0] == kind }) {
            let name = kind == PromBlock.float ? "value" : "histogram"
            w.key(isInstant ? name : name + "s")
            if !isInstant { w.beginArray() }
            for cell in cells where block.state[cell] == kind {
                point(grid.time(cell - cells.lowerBound), &w) { w in
                    if kind == PromBlock.float {
                        w.sample(block.values[cell])
                    } else if let value = block.histograms[cell] {
                        histogram(value, &w)
                    }
                }
            }
            if !isInstant { w.endArray() }
        }
        w.endObject()
    }

    private static func samples(_ data: SeriesData, _ i: Int, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("metric")
        labels(data.labels[i], &w)
        let floats = data.offsets[i]..<data.offsets[i + 1]
        let histograms = data.histogramOffsets[i]..<data.histogramOffsets[i + 1]
        if !floats.isEmpty || histograms.isEmpty {
            w.key("values")
            w.beginArray()
            for sample in floats { point(data.times[sample], &w) { $0.sample(data.values[sample]) } }
            w.endArray()
        }
        if !histograms.isEmpty {
            w.key("histograms")
            w.beginArray()
            for sample in histograms {
                point(data.histogramTimes[sample], &w) { histogram(data.histograms[sample], &$0) }
            }
            w.endArray()
        }
        w.endObject()
    }

    private static func histogram(_ value: NativeHistogram, _ w: inout JSONWriter) {
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
