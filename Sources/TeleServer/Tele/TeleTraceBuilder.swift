import TeleAPI
import TeleModel

/// A trace's columns as the shapes of tele's own API.
struct TeleTraceBuilder: Sendable {
    let batch: SpanBatch
    private let resources: [[TeleAttribute]]
    private let services: [String]

    init(_ batch: SpanBatch) {
        self.batch = batch
        let core = batch.core
        resources = (0..<core.resources.count).map { TeleTraceBuilder.attributes(core.resources.attributes, $0, core) }
        services = (0..<core.resources.count).map { core.serviceName(resource: $0) }
    }

    func span(_ row: Int) -> TeleSpan {
        let core = batch.core
        let resource = Int(batch.resource[row])
        let events = batch.events.rows(of: row).map { event in
            TeleEvent(
                timeUnixNano: String(batch.events.time[event]), name: core.heap.string(batch.events.name[event]),
                attributes: TeleTraceBuilder.attributes(batch.events.attributes, event, core))
        }
        let links = batch.links.rows(of: row).map { link in
            TeleLink(
                traceID: TraceID(high: batch.links.traceHigh[link], low: batch.links.traceLow[link]).hex,
                spanID: SpanID(batch.links.span[link]).hex,
                attributes: TeleTraceBuilder.attributes(batch.links.attributes, link, core))
        }
        return TeleSpan(
            spanID: SpanID(batch.span[row]).hex,
            parentSpanID: batch.parent[row] == 0 ? "" : SpanID(batch.parent[row]).hex, service: services[resource],
            name: core.heap.string(batch.name[row]), kind: TeleTraceBuilder.kind(batch.kind[row]),
            startUnixNano: String(batch.start[row]), endUnixNano: String(batch.end[row]),
            status: TeleTraceBuilder.status(batch.statusCode[row]),
            statusMessage: core.heap.string(batch.statusMessage[row]),
            scope: core.heap.string(core.scopes.names[Int(batch.scope[row])]),
            attributes: TeleTraceBuilder.attributes(batch.attributes, row, core), resource: resources[resource],
            events: events, links: links)
    }

    static func attributes(_ table: AttributeTable, _ owner: Int, _ core: BatchCore) -> [TeleAttribute] {
        table.entries(of: owner).map { entry in
            let value = table.value(at: entry)
            return TeleAttribute(
                key: core.heap.string(core.keys[Int(table.keys[entry])]), type: type(value.kind),
                value: ValueText.text(of: value, heap: core.heap))
        }
    }

    private static func type(_ kind: ValueKind) -> String {
        switch kind {
        case .empty: "empty"
        case .string: "string"
        case .bool: "bool"
        case .int: "int"
        case .double: "double"
        case .array: "array"
        case .map: "map"
        case .bytes: "bytes"
        }
    }

    private static func kind(_ kind: Int32) -> String {
        switch kind {
        case 0: "unspecified"
        case 1: "internal"
        case 2: "server"
        case 3: "client"
        case 4: "producer"
        case 5: "consumer"
        default: String(kind)
        }
    }

    private static func status(_ code: Int32) -> String {
        switch code {
        case 0: "unset"
        case 1: "ok"
        case 2: "error"
        default: String(code)
        }
    }
}
