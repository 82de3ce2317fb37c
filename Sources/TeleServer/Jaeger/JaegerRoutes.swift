import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQuery

/// Jaeger's query API below `/jaeger`: the classic one, and the third version in `JaegerRoutes+V3`.
package enum JaegerRoutes {
    package static let all: [APIRoute] =
        [
            APIRoute([.get], prefix + "/services", handle: services),
            APIRoute([.get], prefix + "/services/{service}/operations") { operationNames($0, $1) },
            APIRoute([.get], prefix + "/operations") { operations($0, $1) },
            APIRoute([.get], prefix + "/traces", handle: traces),
            APIRoute([.get], prefix + "/traces/{id}", handle: trace),
            APIRoute([.get], prefix + "/dependencies", handle: dependencies),
        ] + v3

    static let prefix = "/jaeger/api"

    /// `{"data": [...], "total": n, "limit": 0, "offset": 0, "errors": null}`.
    private static func envelope(count: Int, _ data: (inout JSONWriter) -> Void) -> APIResponse {
        var list = JSONWriter()
        list.beginArray()
        data(&list)
        list.endArray()
        return envelope(count: count, list: list)
    }

    private static func envelope(count: Int, list: JSONWriter) -> APIResponse {
        var w = JSONWriter(capacity: list.bytes.count + 64)
        w.beginObject()
        w.key("data")
        w.raw(list.bytes)
        for (key, value) in [("total", count), ("limit", 0), ("offset", 0)] {
            w.key(key)
            w.int(value)
        }
        w.key("errors")
        w.null()
        w.endObject()
        return .json(w.bytes)
    }

    // MARK: Names

    @Sendable private static func services(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(JaegerFailure) {
            let names = try serviceNames(context)
            return envelope(count: names.count) { w in for name in names { w.string(name) } }
        } catch { return error.response }
    }

    static func serviceNames(_ context: APIContext) throws(JaegerFailure) -> [String] {
        do throws(EngineError) {
            let core = try context.engine.snapshot().spanResources(
                time: 0..<UInt64.max, budget: context.makeBudget())
            let names = Set((0..<core.resources.count).map { core.serviceName(resource: $0) })
            return names.filter { !$0.isEmpty }.sorted()
        } catch { throw .engine(error) }
    }

    struct Operation: Hashable {
        var name: String
        /// "" for unspecified.
        var kind: String
    }

    /// Operations of one answer.
    private static let operationLimit = 10_000

    static func operationList(
        _ service: String, _ kind: String?, _ context: APIContext
    ) throws(JaegerFailure) -> [Operation] {
        let (snapshot, budget) = (context.engine.snapshot(), context.makeBudget())
        var found: Set<Operation> = []
        do throws(EngineError) {
            var scan = SpanScan(time: 0..<UInt64.max)
            scan.resources = try JaegerQuery.resources(of: service, snapshot, budget) ?? []
            scan.columns = .name
            if scan.resources?.isEmpty == true { return [] }
            try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
                for row in 0..<batch.count {
                    found.insert(
                        Operation(
                            name: batch.core.heap.string(batch.name[row]),
                            kind: JaegerView.kinds[batch.kind[row]] ?? ""))
                }
                return found.count < operationLimit
            }
        } catch { throw .engine(error) }
        let wanted = kind.flatMap { $0.isEmpty ? nil : $0 }
        return found.filter { wanted == nil || $0.kind == wanted }.sorted { ($0.name, $0.kind) < ($1.name, $1.kind) }
    }

    /// The older list has names alone, each once.
    private static func operationNames(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(JaegerFailure) {
            let all = try operationList(request.pathParameters["service"] ?? "", nil, context)
            let names = Set(all.map(\.name)).sorted()
            return envelope(count: names.count) { w in for name in names { w.string(name) } }
        } catch { return error.response }
    }

    private static func operations(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(JaegerFailure) {
            guard let service = request["service"], !service.isEmpty else {
                throw JaegerFailure.bad("parameter 'service' is required")
            }
            let all = try operationList(service, request["spanKind"], context)
            return envelope(count: all.count) { w in for operation in all { write(&w, operation) } }
        } catch { return error.response }
    }

    static func write(_ w: inout JSONWriter, _ operation: Operation) {
        w.beginObject()
        w.key("name")
        w.string(operation.name)
        w.key("spanKind")
        w.string(operation.kind)
        w.endObject()
    }

    // MARK: Traces

    static func traceID(_ text: String) throws(JaegerFailure) -> TraceID {
        guard let id = TraceID(hex: text) else { throw .bad("cannot parse trace ID \(text): it has to be hexadecimal") }
        return id
    }

    /// What is made of a trace, as much of it as an answer may have. Throws where there is none.
    static func read(
        _ text: String, _ context: APIContext, _ body: (TraceID, TraceSpans) -> APIResponse
    ) throws(JaegerFailure) -> APIResponse {
        let id = try traceID(text)
        let response: APIResponse?
        do throws(EngineError) {
            response = try TraceReader(context).read(id) { (spans, budget) throws(EngineError) in
                guard spans.batch.count > 0 else { return nil }
                let response = body(id, spans)
                try budget.charge(bytes: response.body.count)
                return response.marked(cut: spans.cutMessage(id))
            }
        } catch { throw .engine(error) }
        guard let response else { throw .missing }
        return response
    }

    @Sendable private static func trace(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(JaegerFailure) {
            return try read(request.pathParameters["id"] ?? "", context) { id, spans in
                envelope(count: 0) { w in JaegerWriter(id, spans.batch, warning: spans.cutMessage(id)).write(&w) }
            }
        } catch { return error.response }
    }

    @Sendable private static func traces(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(JaegerFailure) {
            let budget = context.makeBudget()
            let reader = TraceReader(context)
            var list = JSONWriter()
            list.beginArray()
            var count = 0
            var cut: TraceCut?
            func add(_ id: TraceID, _ spans: TraceSpans) throws(EngineError) {
                guard spans.batch.count > 0 else { return }
                let before = list.bytes.count
                JaegerWriter(id, spans.batch, warning: spans.cutMessage(id)).write(&list)
                try budget.charge(bytes: list.bytes.count - before)
            }
            let wanted = request.all("traceID")
            if !wanted.isEmpty {
                for text in wanted {
                    let id = try traceID(text)
                    do throws(EngineError) {
                        try reader.read(id) { (spans, _) throws(EngineError) in try add(id, spans) }
                    } catch { throw JaegerFailure.engine(error) }
                }
            } else {
                let query = try JaegerParameters(request).query()
                do throws(EngineError) {
                    cut = try query.run(reader, budget) { (id: TraceID, spans: TraceSpans) throws(EngineError) in
                        try add(id, spans)
                        count += 1
                    }
                } catch { throw JaegerFailure.engine(error) }
            }
            list.endArray()
            return envelope(count: count, list: list).marked(cut: cut)
        } catch { return error.response }
    }

    @Sendable private static func dependencies(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(JaegerFailure) {
            let (time, service) = try JaegerParameters(request).dependencies()
            let links: JaegerDependencies.Answer
            do throws(EngineError) {
                links = try ServiceGraph.dependencies(time, context) {
                    JaegerDependencies.links($0)
                } spans: { (snapshot, budget) throws(EngineError) in
                    try JaegerDependencies.links(time, snapshot, budget)
                }
            } catch { throw JaegerFailure.engine(error) }
            let shown = links.filter { service == nil || $0.parent == service || $0.child == service }
            return envelope(count: shown.count) { w in
                for link in shown {
                    w.beginObject()
                    w.key("parent")
                    w.string(link.parent)
                    w.key("child")
                    w.string(link.child)
                    w.key("callCount")
                    w.int(link.calls)
                    w.endObject()
                }
            }
        } catch { return error.response }
    }
}
