import TeleAPI
import TeleModel
import TeleQuery

/// Query results in Loki's JSON.
enum LokiAnswer {
    static func streams(_ streams: [LogStreamResult], categorized: Bool) -> [UInt8] {
        var w = opened("streams")
        if categorized {
            w.key("encodingFlags")
            w.beginArray()
            w.string("categorize-labels")
            w.endArray()
        }
        w.key("result")
        w.beginArray()
        for stream in streams {
            w.beginObject()
            w.key("stream")
            w.labels(stream.labels)
            w.key("values")
            w.beginArray()
            for entry in stream.entries {
                w.beginArray()
                w.quotedInt(entry.time)
                w.string(entry.line)
                if categorized {
                    w.beginObject()
                    if !entry.metadata.isEmpty {
                        w.key("structuredMetadata")
                        w.labels(entry.metadata)
                    }
                    if !entry.parsed.isEmpty {
                        w.key("parsed")
                        w.labels(entry.parsed)
                    }
                    w.endObject()
                }
                w.endArray()
            }
            w.endArray()
            w.endObject()
        }
        w.endArray()
        return closed(&w)
    }

    static func matrix(_ result: LogMetricResult, _ steps: LogSteps) -> [UInt8] {
        var w = opened("matrix")
        w.key("result")
        w.beginArray()
        for series in all(result, steps.count) {
            w.beginObject()
            w.key("metric")
            w.labels(series.labels)
            w.key("values")
            w.beginArray()
            for (step, value) in series.values.enumerated() {
                guard let value else { continue }
                w.sample(at: steps.time(step), value)
            }
            w.endArray()
            w.endObject()
        }
        w.endArray()
        return closed(&w)
    }

    private static func all(_ result: LogMetricResult, _ count: Int) -> [LogSeries] {
        switch result {
        case .matrix(let series): series
        case .scalar(let value): [LogSeries(labels: [], values: Array(repeating: value, count: count))]
        }
    }

    static func instant(_ result: LogMetricResult, _ time: Int64) -> [UInt8] {
        if case .scalar(let value) = result {
            var w = opened("scalar")
            w.key("result")
            w.sample(at: time, value)
            return closed(&w)
        }
        var w = opened("vector")
        w.key("result")
        w.beginArray()
        for series in all(result, 1) {
            guard let value = series.values.first, let value else { continue }
            w.beginObject()
            w.key("metric")
            w.labels(series.labels)
            w.key("value")
            w.sample(at: time, value)
            w.endObject()
        }
        w.endArray()
        return closed(&w)
    }

    static func volumes(_ groups: [LogVolume.Group], at time: Int64) -> [UInt8] {
        var w = opened("vector")
        w.key("result")
        w.beginArray()
        for group in groups {
            w.beginObject()
            w.key("metric")
            w.labels(group.labels)
            w.key("value")
            w.sample(at: time, Double(group.total))
            w.endObject()
        }
        w.endArray()
        return closed(&w)
    }

    /// A point where a step has bytes.
    static func volumes(_ groups: [LogVolume.Group], points: [Int64]) -> [UInt8] {
        var w = opened("matrix")
        w.key("result")
        w.beginArray()
        for group in groups {
            w.beginObject()
            w.key("metric")
            w.labels(group.labels)
            w.key("values")
            w.beginArray()
            for (time, bytes) in zip(points, group.bytes) where bytes > 0 { w.sample(at: time, Double(bytes)) }
            w.endArray()
            w.endObject()
        }
        w.endArray()
        return closed(&w)
    }

    private static func opened(_ type: String) -> JSONWriter {
        var w = JSONWriter()
        w.beginObject()
        w.key("status")
        w.string("success")
        w.key("data")
        w.beginObject()
        w.key("resultType")
        w.string(type)
        return w
    }

    private static func closed(_ w: inout JSONWriter) -> [UInt8] {
        w.key("stats")
        w.beginObject()
        w.endObject()
        w.endObject()
        w.endObject()
        return w.bytes
    }
}

extension JSONWriter {
    mutating func labels(_ labels: [LokiMapping.Pair]) {
        beginObject()
        for label in labels {
            key(label.name)
            string(label.value)
        }
        endObject()
    }

    /// `[seconds, "value"]`.
    mutating func sample(at nanoseconds: Int64, _ value: Double) {
        beginArray()
        seconds(milliseconds: nanoseconds / 1_000_000)
        sample(value)
        endArray()
    }
}
