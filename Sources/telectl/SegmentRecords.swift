import TeleAPI
import TeleModel
import TeleStore
import TeleTerm

/// Prints what segments hold, a record a line: JSON, or a line to read.
struct SegmentRecords {
    let json: Bool
    let style: Style
    /// How many more.
    private(set) var left: Int

    init(json: Bool, style: Style, limit: Int?) {
        self.json = json
        self.style = style
        left = limit ?? .max
    }

    /// False once the limit is reached.
    mutating func show(_ records: SegmentInspector.Records, of path: String) -> Bool {
        var lines: [String] = []
        switch records {
        case .logs(let batch):
            for row in 0..<min(left, batch.count) { lines.append(json ? jsonLine(batch, row, path) : text(batch, row)) }
        case .spans(let batch):
            for row in 0..<min(left, batch.count) { lines.append(json ? jsonLine(batch, row, path) : text(batch, row)) }
        case .series(let labels, let times, let values, let histograms):
            for i in 0..<min(left, times.count) {
                lines.append(
                    json
                        ? jsonLine(labels, times[i], values[i], path)
                        : text(labels, times[i], FloatText.string(values[i], .json)))
            }
            for (time, histogram) in histograms.prefix(left - lines.count) {
                let value =
                    "count \(FloatText.string(histogram.count, .json)) sum \(FloatText.string(histogram.sum, .json))"
                lines.append(json ? jsonLine(labels, time, histogram, path) : text(labels, time, value))
            }
        }
        left -= lines.count
        Terminal.print(lines)
        return left > 0
    }

    // MARK: Lines to read

    private func time(_ nanoseconds: UInt64) -> String { style.paint(Timestamp.text(nanoseconds, decimals: 6), .dim) }

    private func attributes(_ table: AttributeTable, _ owner: Int, _ core: BatchCore) -> String {
        table.entries(of: owner).map { entry in
            let key = core.heap.string(core.keys[Int(table.keys[entry])])
            return
                " \(TextWidth.clean(key))=\(TextWidth.clean(ValueText.json(of: table.value(at: entry), heap: core.heap)))"
        }.joined()
    }

    private func text(_ batch: LogBatch, _ row: Int) -> String {
        let body = ValueText.text(of: batch.bodyValue(row), heap: batch.core.heap)
        let trace = batch.traceID(row).isNone ? "" : " trace=\(batch.traceID(row).hex)"
        return time(batch.timestamp(row)) + " severity=\(batch.severity[row])"
            + " \(TextWidth.clean(batch.core.serviceName(resource: Int(batch.resource[row])))): \(TextWidth.clean(body))"
            + style.paint(attributes(batch.attributes, row, batch.core) + trace, .dim)
    }

    private func text(_ batch: SpanBatch, _ row: Int) -> String {
        time(batch.start[row]) + " \(batch.traceID(row).hex) \(SpanID(batch.span[row]).hex)"
            + " \(TextWidth.clean(batch.core.serviceName(resource: Int(batch.resource[row])))):"
            + " \(TextWidth.clean(batch.core.heap.string(batch.name[row]))) \(Units.duration(batch.duration(row)))"
            + style.paint(attributes(batch.attributes, row, batch.core), .dim)
    }

    private func text(_ labels: LabelSet, _ milliseconds: Int64, _ value: String) -> String {
        let pairs = labels.pairs.filter { $0.name != "__name__" }
        let inner = pairs.map { "\($0.name)=\"\(TextWidth.clean($0.value))\"" }.joined(separator: ",")
        let nanoseconds = UInt64(clamping: milliseconds).multipliedReportingOverflow(by: 1_000_000)
        return time(nanoseconds.overflow ? .max : nanoseconds.partialValue)
            + " \(labels["__name__"] ?? ""){\(inner)} \(value)"
    }

    // MARK: JSON

    private func line(_ signal: String, _ path: String, _ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("signal")
        writer.string(signal)
        writer.key("segment")
        writer.string(path)
        body(&writer)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func put(
        _ key: String, _ table: AttributeTable, _ owner: Int, _ core: BatchCore, _ writer: inout JSONWriter
    ) {
        writer.key(key)
        writer.beginObject()
        for entry in table.entries(of: owner) {
            writer.key(core.heap.string(core.keys[Int(table.keys[entry])]))
            writer.raw(ValueText.json(of: table.value(at: entry), heap: core.heap))
        }
        writer.endObject()
    }

    private func put(_ texts: [(String, String)], _ writer: inout JSONWriter) {
        for (key, text) in texts {
            writer.key(key)
            writer.string(text)
        }
    }

    private func jsonLine(_ batch: LogBatch, _ row: Int, _ path: String) -> String {
        line("logs", path) { writer in
            let heap = batch.core.heap
            put(
                [("timeUnixNano", "\(batch.time[row])"), ("observedTimeUnixNano", "\(batch.observed[row])")], &writer)
            writer.key("severityNumber")
            writer.int(batch.severity[row])
            put(
                [
                    ("severityText", heap.string(batch.severityText[row])),
                    ("traceId", batch.traceID(row).isNone ? "" : batch.traceID(row).hex),
                    ("spanId", batch.span[row] == 0 ? "" : SpanID(batch.span[row]).hex),
                    ("eventName", heap.string(batch.eventName[row])),
                    ("scope", heap.string(batch.core.scopes.names[Int(batch.scope[row])])),
                ], &writer)
            writer.key("body")
            writer.raw(ValueText.json(of: batch.bodyValue(row), heap: heap))
            put("attributes", batch.attributes, row, batch.core, &writer)
            put("resource", batch.core.resources.attributes, Int(batch.resource[row]), batch.core, &writer)
        }
    }

    private func jsonLine(_ batch: SpanBatch, _ row: Int, _ path: String) -> String {
        line("spans", path) { writer in
            let heap = batch.core.heap
            put(
                [
                    ("traceId", batch.traceID(row).hex), ("spanId", SpanID(batch.span[row]).hex),
                    ("parentSpanId", batch.parent[row] == 0 ? "" : SpanID(batch.parent[row]).hex),
                    ("name", heap.string(batch.name[row])), ("startTimeUnixNano", "\(batch.start[row])"),
                    ("endTimeUnixNano", "\(batch.end[row])"),
                    ("scope", heap.string(batch.core.scopes.names[Int(batch.scope[row])])),
                    ("statusMessage", heap.string(batch.statusMessage[row])),
                ], &writer)
            writer.key("kind")
            writer.int(batch.kind[row])
            writer.key("statusCode")
            writer.int(batch.statusCode[row])
            put("attributes", batch.attributes, row, batch.core, &writer)
            put("resource", batch.core.resources.attributes, Int(batch.resource[row]), batch.core, &writer)
            writer.key("events")
            writer.beginArray()
            for event in batch.events.rows(of: row) {
                writer.beginObject()
                put(
                    [("timeUnixNano", "\(batch.events.time[event])"), ("name", heap.string(batch.events.name[event]))],
                    &writer)
                put("attributes", batch.events.attributes, event, batch.core, &writer)
                writer.endObject()
            }
            writer.endArray()
        }
    }

    private func put(_ labels: LabelSet, _ time: Int64, _ writer: inout JSONWriter) {
        writer.key("labels")
        writer.beginObject()
        put(labels.pairs.map { ($0.name, $0.value) }, &writer)
        writer.endObject()
        writer.key("timeUnixMilli")
        writer.int(time)
    }

    private func jsonLine(_ labels: LabelSet, _ time: Int64, _ value: Double, _ path: String) -> String {
        line("samples", path) { writer in
            put(labels, time, &writer)
            writer.key("value")
            writer.double(value)
        }
    }

    private func jsonLine(_ labels: LabelSet, _ time: Int64, _ histogram: NativeHistogram, _ path: String) -> String {
        line("samples", path) { writer in
            put(labels, time, &writer)
            writer.key("histogram")
            writer.beginObject()
            writer.key("schema")
            writer.int(histogram.schema)
            writer.key("count")
            writer.double(histogram.count)
            writer.key("sum")
            writer.double(histogram.sum)
            writer.endObject()
        }
    }
}
