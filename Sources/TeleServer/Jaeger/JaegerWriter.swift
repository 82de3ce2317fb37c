import TeleAPI
import TeleModel

/// Traces in the JSON of Jaeger's classic API: microseconds, references, and a table of processes.
struct JaegerWriter {
    private let view: JaegerView
    private let id: String
    /// Why the trace is not whole; shown on the trace, and on its first span, where Jaeger's page looks.
    private let warning: String?
    private var batch: SpanBatch { view.batch }

    init(_ id: TraceID, _ batch: SpanBatch, warning: String? = nil) {
        view = JaegerView(batch)
        self.warning = warning
        self.id = JaegerWriter.text(id)
    }

    /// 64-bit ids have 16 digits.
    static func text(_ id: TraceID) -> String { id.high == 0 ? Hex.string(id.low) : id.hex }

    func write(_ w: inout JSONWriter) {
        w.beginObject()
        w.key("traceID")
        w.string(id)
        w.key("spans")
        w.beginArray()
        for row in 0..<batch.count { span(row, &w) }
        w.endArray()
        w.key("processes")
        w.beginObject()
        for resource in Set(batch.resource).sorted() {
            w.key("p\(resource + 1)")
            w.beginObject()
            w.key("serviceName")
            w.string(batch.core.serviceName(resource: Int(resource)))
            w.key("tags")
            JaegerWriter.write(view.process(Int(resource)), &w)
            w.endObject()
        }
        w.endObject()
        write(warning: warning, &w)
        w.endObject()
    }

    private func write(warning: String?, _ w: inout JSONWriter) {
        w.key("warnings")
        guard let warning else { return w.null() }
        w.beginArray()
        w.string(warning)
        w.endArray()
    }

    private func span(_ row: Int, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("traceID")
        w.string(id)
        w.key("spanID")
        w.string(Hex.string(batch.span[row]))
        w.key("operationName")
        w.string(batch.core.heap.string(batch.name[row]))
        w.key("references")
        w.beginArray()
        if batch.parent[row] != 0 { reference("CHILD_OF", id, batch.parent[row], &w) }
        for link in batch.links.rows(of: row) {
            let trace = TraceID(high: batch.links.traceHigh[link], low: batch.links.traceLow[link])
            reference("FOLLOWS_FROM", JaegerWriter.text(trace), batch.links.span[link], &w)
        }
        w.endArray()
        w.key("startTime")
        w.int(batch.start[row] / 1000)
        w.key("duration")
        w.int(batch.duration(row) / 1000)
        w.key("tags")
        JaegerWriter.write(view.tags(row), &w)
        w.key("logs")
        w.beginArray()
        for event in batch.events.rows(of: row) {
            w.beginObject()
            w.key("timestamp")
            w.int(batch.events.time[event] / 1000)
            w.key("fields")
            JaegerWriter.write(view.log(event), &w)
            w.endObject()
        }
        w.endArray()
        w.key("processID")
        w.string("p\(batch.resource[row] + 1)")
        write(warning: row == 0 ? warning : nil, &w)
        w.endObject()
    }

    private func reference(_ type: String, _ trace: String, _ span: UInt64, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("refType")
        w.string(type)
        w.key("traceID")
        w.string(trace)
        w.key("spanID")
        w.string(Hex.string(span))
        w.endObject()
    }

    private static func write(_ tags: [(key: String, value: JaegerView.Value)], _ w: inout JSONWriter) {
        w.beginArray()
        for tag in tags {
            w.beginObject()
            w.key("key")
            w.string(tag.key)
            w.key("type")
            switch tag.value {
            case .string(let text):
                w.string("string")
                w.key("value")
                w.string(text)
            case .binary(let text):
                w.string("binary")
                w.key("value")
                w.string(text)
            case .bool(let flag):
                w.string("bool")
                w.key("value")
                w.bool(flag)
            case .int(let number):
                w.string("int64")
                w.key("value")
                // Beyond 2^53 a browser would round it: as text.
                if number.magnitude <= 1 << 53 { w.int(number) } else { w.quotedInt(number) }
            case .double(let number):
                w.string("float64")
                w.key("value")
                w.double(number)
            }
            w.endObject()
        }
        w.endArray()
    }
}
