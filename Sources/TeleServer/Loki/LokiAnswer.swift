import TeleAPI
import TeleEngine
import TeleModel
import TeleQuery

/// Query results in Loki's JSON.
enum LokiAnswer {
    /// `holding`: what the entries are charged to, until all are sent.
    static func streams(_ streams: [LogStreamResult], categorized: Bool, holding budget: QueryBudget) -> APIResponse {
        let writer = LokiStreamsWriter(streams, categorized: categorized)
        return .json((writer: writer, isBegun: false, budget: budget)) { state, w in
            if !state.isBegun {
                begin("streams", &w)
                if categorized { w.categorizedFlag() }
                w.key("result")
                w.beginArray()
                state.isBegun = true
            }
            if state.writer.step(&w) { return true }
            w.endArray()
            end(&w)
            return false
        }
    }

    /// A message to a client that follows.
    static func tail(
        _ streams: [LogStreamResult], dropped: [TailOutbox.Dropped], categorized: Bool
    ) -> [UInt8] {
        var w = JSONWriter()
        w.beginObject()
        w.key("streams")
        w.streams(streams, categorized: categorized)
        w.key("dropped_entries")
        w.array(dropped) { w, entry in
            w.beginObject()
            w.key("timestamp")
            w.quotedInt(entry.time)
            w.key("labels")
            w.labels(entry.labels)
            w.endObject()
        }
        if categorized { w.categorizedFlag() }
        w.endObject()
        return w.bytes
    }

    /// `holding`: what the points are charged to, until all are sent.
    static func matrix(_ result: LogMetricResult, _ steps: LogSteps, holding budget: QueryBudget) -> APIResponse {
        let writer = LokiMatrixWriter(all(result, steps.count), steps)
        return .json((writer: writer, isBegun: false, budget: budget)) { state, w in
            if !state.isBegun {
                begin("matrix", &w)
                w.key("result")
                w.beginArray()
                state.isBegun = true
            }
            if state.writer.step(&w) { return true }
            w.endArray()
            end(&w)
            return false
        }
    }

    private static func all(_ result: LogMetricResult, _ count: Int) -> [LogSeries] {
        switch result {
        case .matrix(let series): series
        case .scalar(let value): [LogSeries(labels: [], values: Array(repeating: value, count: count))]
        }
    }

    static func instant(_ result: LogMetricResult, _ time: Int64) -> [UInt8] {
        if case .scalar(let value) = result {
            return data("scalar") { w in
                w.key("result")
                w.sample(at: time, value)
            }
        }
        let present = all(result, 1).filter { ($0.values.first ?? nil) != nil }
        return vector(present, at: time, labels: \.labels) { ($0.values.first ?? nil) ?? .nan }
    }

    static func volumes(_ groups: [LogVolume.Group], at time: Int64) -> [UInt8] {
        vector(groups, at: time, labels: \.labels) { Double($0.total) }
    }

    /// A point where a step has bytes.
    static func volumes(_ groups: [LogVolume.Group], points: [Int64]) -> [UInt8] {
        matrix(groups, labels: \.labels) { w, group in
            for (time, bytes) in zip(points, group.bytes) where bytes > 0 { w.sample(at: time, Double(bytes)) }
        }
    }

    private static func vector<Series>(
        _ series: [Series], at time: Int64, labels: (Series) -> [LokiMapping.Pair], value: (Series) -> Double
    ) -> [UInt8] {
        result("vector", series, labels) { w, one in
            w.key("value")
            w.sample(at: time, value(one))
        }
    }

    private static func matrix<Series>(
        _ series: [Series], labels: (Series) -> [LokiMapping.Pair], samples: (inout JSONWriter, Series) -> Void
    ) -> [UInt8] {
        result("matrix", series, labels) { w, one in
            w.key("values")
            w.beginArray()
            samples(&w, one)
            w.endArray()
        }
    }

    private static func result<Series>(
        _ type: String, _ series: [Series], _ labels: (Series) -> [LokiMapping.Pair],
        _ body: (inout JSONWriter, Series) -> Void
    ) -> [UInt8] {
        data(type) { w in
            w.key("result")
            w.array(series) { w, one in
                w.beginObject()
                w.key("metric")
                w.labels(labels(one))
                body(&w, one)
                w.endObject()
            }
        }
    }

    /// `{"status":"success","data":{"resultType":...}}` around what `body` writes.
    private static func data(_ type: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var w = JSONWriter()
        begin(type, &w)
        body(&w)
        end(&w)
        return w.bytes
    }

    private static func begin(_ type: String, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("status")
        w.string("success")
        w.key("data")
        w.beginObject()
        w.key("resultType")
        w.string(type)
    }

    private static func end(_ w: inout JSONWriter) {
        w.key("stats")
        w.beginObject()
        w.endObject()
        w.endObject()
        w.endObject()
    }
}

extension JSONWriter {
    /// `{"status":"success","data":...}`.
    mutating func success(_ data: (inout JSONWriter) -> Void) {
        beginObject()
        key("status")
        string("success")
        key("data")
        data(&self)
        endObject()
    }

    mutating func array<Element>(_ elements: some Sequence<Element>, _ body: (inout JSONWriter, Element) -> Void) {
        beginArray()
        for element in elements { body(&self, element) }
        endArray()
    }

    mutating func strings(_ texts: some Sequence<String>) { array(texts) { $0.string($1) } }

    mutating func categorizedFlag() {
        key("encodingFlags")
        strings(["categorize-labels"])
    }

    mutating func streams(_ streams: [LogStreamResult], categorized: Bool) {
        var writer = LokiStreamsWriter(streams, categorized: categorized)
        beginArray()
        while writer.step(&self) {}
        endArray()
    }

    /// `["time", "line"]`, with the labels that are not the stream's as a third element where they are told apart.
    mutating func entry(_ entry: LogStreamResult.Entry, categorized: Bool) {
        beginArray()
        quotedInt(entry.time)
        string(entry.line)
        if categorized {
            beginObject()
            for (name, labels) in [("structuredMetadata", entry.metadata), ("parsed", entry.parsed)]
            where !labels.isEmpty {
                key(name)
                self.labels(labels)
            }
            endObject()
        }
        endArray()
    }

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
