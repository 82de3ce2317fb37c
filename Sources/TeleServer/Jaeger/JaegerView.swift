import TeleModel
import TeleWire

/// A span's columns in Jaeger's words: attributes are tags, the resource is the process, events are logs.
struct JaegerView {
    enum Value: Equatable {
        case string(String)
        case bool(Bool)
        case int(Int64)
        case double(Double)
        case binary(String)

        var text: String {
            switch self {
            case .string(let text), .binary(let text): text
            case .bool(let flag): flag ? "true" : "false"
            case .int(let number): String(number)
            case .double(let number): FloatText.string(number, .json)
            }
        }
    }

    let batch: SpanBatch

    init(_ batch: SpanBatch) { self.batch = batch }

    func service(_ row: Int) -> String { batch.core.serviceName(resource: Int(batch.resource[row])) }

    private func value(_ value: RawValue) -> Value {
        switch value.kind {
        case .bool: .bool(value.bits != 0)
        case .int: .int(Int64(bitPattern: value.bits))
        case .double: .double(Double(bitPattern: value.bits))
        case .bytes: .binary(ValueText.text(of: value, heap: batch.core.heap))
        default: .string(ValueText.text(of: value, heap: batch.core.heap))
        }
    }

    func attributes(_ table: AttributeTable, _ owner: Int) -> [(key: String, value: Value)] {
        table.entries(of: owner).map { entry in
            (batch.core.heap.string(batch.core.keys[Int(table.keys[entry])]), value(table.value(at: entry)))
        }
    }

    /// The resource without the service's name.
    func process(_ resource: Int) -> [(key: String, value: Value)] {
        attributes(batch.core.resources.attributes, resource).filter { $0.key != "service.name" }
    }

    static let kinds: [Int32: String] = [
        1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer",
    ]

    /// Own attributes, and what Jaeger makes tags of.
    func tags(_ row: Int) -> [(key: String, value: Value)] {
        attributes(batch.attributes, row) + derived(row)
    }

    private func derived(_ row: Int) -> [(key: String, value: Value)] {
        let heap = batch.core.heap
        let scope = Int(batch.scope[row])
        var out: [(key: String, value: Value)] = []
        func add(_ key: String, _ text: String) { if !text.isEmpty { out.append((key, .string(text))) } }
        add("otel.scope.name", heap.string(batch.core.scopes.names[scope]))
        add("otel.scope.version", heap.string(batch.core.scopes.versions[scope]))
        add("span.kind", JaegerView.kinds[batch.kind[row]] ?? "")
        add("otel.status_code", batch.statusCode[row] == 2 ? "ERROR" : batch.statusCode[row] == 1 ? "OK" : "")
        if batch.statusCode[row] == 2 { out.append(("error", .bool(true))) }
        add("otel.status_description", heap.string(batch.statusMessage[row]))
        add("w3c.tracestate", heap.string(batch.traceState[row]))
        return out
    }

    /// The fields of an event: its name is the field `event`.
    func log(_ event: Int) -> [(key: String, value: Value)] {
        let fields = attributes(batch.events.attributes, event)
        let name = batch.core.heap.string(batch.events.name[event])
        return name.isEmpty || fields.contains { $0.key == "event" } ? fields : [("event", .string(name))] + fields
    }

    /// Whether the span, its process or one of its logs has a tag with this text.
    func has(_ key: String, _ text: String, _ row: Int) -> Bool {
        func holds(_ tags: [(key: String, value: Value)]) -> Bool {
            tags.contains { $0.key == key && $0.value.text == text }
        }
        return holds(tags(row)) || holds(process(Int(batch.resource[row])))
            || batch.events.rows(of: row).contains { holds(log($0)) }
    }
}
