import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQuery

/// Zipkin's v2 query API below `/zipkin` (zipkin2-api.yaml). Bare lists; ids are lower-case hexadecimal.
package enum ZipkinRoutes {
    package static let all: [APIRoute] = [
        APIRoute([.get], prefix + "/services") { request, context in
            list(request, context) { (_: APIRequest, names: ZipkinNames) throws(ZipkinFailure) in try names.services() }
        },
        APIRoute([.get], prefix + "/spans") { request, context in
            list(request, context) { (request: APIRequest, names: ZipkinNames) throws(ZipkinFailure) in
                try names.spans(of: try service(request))
            }
        },
        APIRoute([.get], prefix + "/remoteServices") { request, context in
            list(request, context) { (request: APIRequest, names: ZipkinNames) throws(ZipkinFailure) in
                try names.remoteServices(of: try service(request))
            }
        },
        APIRoute([.get], prefix + "/traces", handle: traces),
        APIRoute([.get], prefix + "/trace/{id}", handle: trace),
        APIRoute([.get], prefix + "/traceMany", handle: traceMany),
        APIRoute([.get], prefix + "/dependencies", handle: dependencies),
        APIRoute([.get], prefix + "/autocompleteKeys") { _, _ in .json(Array("[]".utf8)) },
        APIRoute([.get], prefix + "/autocompleteValues") { request, _ in
            guard request["key"] != nil else { return ZipkinFailure.bad("key is required").response }
            return .json(Array("[]".utf8))
        },
        APIRoute([.get], "/zipkin/health") { _, _ in .json(Array(#"{"status":"UP","zipkin":{"status":"UP"}}"#.utf8)) },
        APIRoute([.get], "/zipkin/info") { _, _ in info() },
        APIRoute([.get], "/zipkin/config.json") { _, _ in configuration() },
    ]

    private static let prefix = "/zipkin/api/v2"

    private static func info() -> APIResponse {
        var w = JSONWriter()
        w.beginObject()
        w.key("zipkin")
        w.beginObject()
        w.key("version")
        w.string(TeleVersion.userAgent)
        w.endObject()
        w.endObject()
        return .json(w.bytes)
    }

    /// What Zipkin's web page asks for at its start.
    private static func configuration() -> APIResponse {
        let text =
            #"{"environment":"","queryLimit":10,"defaultLookback":900000,"searchEnabled":true,"#
            + #""dependency":{"enabled":true,"lowErrorRate":0.5,"highErrorRate":0.75}}"#
        return .json(Array(text.utf8))
    }

    private static func service(_ request: APIRequest) throws(ZipkinFailure) -> String {
        guard let name = request["serviceName"] else { throw .bad("serviceName is required") }
        return name.lowercased()
    }

    private static func list(
        _ request: APIRequest, _ context: APIContext,
        _ names: (APIRequest, ZipkinNames) throws(ZipkinFailure) -> [String]
    ) -> APIResponse {
        do throws(ZipkinFailure) {
            let source = ZipkinNames(snapshot: context.engine.snapshot(), budget: context.makeBudget())
            let found = try names(request, source)
            var w = JSONWriter()
            w.beginArray()
            for name in found { w.string(name) }
            w.endArray()
            return .json(w.bytes)
        } catch { return error.response }
    }

    /// An id of 1 to 32 lower-case hexadecimal digits.
    static func traceID(_ text: String) throws(ZipkinFailure) -> TraceID {
        guard !text.utf8.contains(where: { (0x41...0x5a).contains($0) }), let id = TraceID(hex: text) else {
            throw .bad("\(text) should be a 1 to 32 character lower-hex string with no prefix")
        }
        return id
    }

    @Sendable private static func trace(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(ZipkinFailure) {
            let text = request.pathParameters["id"] ?? ""
            var w = JSONWriter()
            let (found, cut) = try write(try traceID(text), TraceReader(context), context.makeBudget(), &w)
            guard found else { throw ZipkinFailure.missing("\(text) not found") }
            return .json(w.bytes).marked(cut: cut)
        } catch { return error.response }
    }

    /// Whether there is such a trace, and what was left out of it.
    private static func write(
        _ id: TraceID, _ reader: TraceReader, _ budget: QueryBudget, _ w: inout JSONWriter
    ) throws(ZipkinFailure) -> (found: Bool, cut: String?) {
        let start = w
        do throws(EngineError) {
            return try reader.read(id) { (spans, _) throws(EngineError) in
                guard spans.batch.count > 0 else { return (false, nil) }
                w = start
                ZipkinWriter(spans.batch).write(&w)
                try budget.charge(bytes: w.bytes.count - start.bytes.count)
                return (true, spans.cutMessage(id))
            }
        } catch { throw .engine(error) }
    }

    @Sendable private static func traceMany(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(ZipkinFailure) {
            guard let text = request["traceIds"] else { throw ZipkinFailure.bad("traceIds is required") }
            var ids: [TraceID] = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let id = try traceID(String(part))
                guard !ids.contains(id) else { throw ZipkinFailure.bad("traceIds names \(part) twice") }
                guard ids.count < Limits.queryParameters else { throw ZipkinFailure.bad("too many traceIds") }
                ids.append(id)
            }
            guard ids.count > 1 else { throw ZipkinFailure.bad("traceIds needs at least two distinct ids") }
            let (reader, budget) = (TraceReader(context), context.makeBudget())
            var w = JSONWriter()
            var cut: String?
            w.beginArray()
            for id in ids { cut = try write(id, reader, budget, &w).cut ?? cut }
            w.endArray()
            return .json(w.bytes).marked(cut: cut)
        } catch { return error.response }
    }

    @Sendable private static func traces(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(ZipkinFailure) {
            let query = try ZipkinParameters(request).query()
            let budget = context.makeBudget()
            var w = JSONWriter()
            w.beginArray()
            let cut: TraceCut?
            do throws(EngineError) {
                cut = try query.run(
                    context.engine.snapshot(), budget, spansPerTrace: context.facts().configuration.query.traceSpans
                ) { (trace: SpanBatch) throws(EngineError) in
                    let before = w.bytes.count
                    ZipkinWriter(trace).write(&w)
                    try budget.charge(bytes: w.bytes.count - before)
                }
            } catch { throw ZipkinFailure.engine(error) }
            w.endArray()
            return .json(w.bytes).marked(cut: cut)
        } catch { return error.response }
    }

    @Sendable private static func dependencies(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(ZipkinFailure) {
            let query = try ZipkinParameters(request).dependencies()
            let links: ZipkinLinks
            do throws(EngineError) {
                links = try ServiceGraph.dependencies(query.time, context) {
                    ZipkinLinks($0)
                } spans: { (snapshot, budget) throws(EngineError) in
                    var links = ZipkinLinks()
                    _ = try query.run(snapshot, budget, spansPerTrace: .max) { links.add($0) }
                    return links
                }
            } catch { throw ZipkinFailure.engine(error) }
            var w = JSONWriter()
            w.beginArray()
            for link in links.all {
                w.beginObject()
                w.key("parent")
                w.string(link.parent)
                w.key("child")
                w.string(link.child)
                w.key("callCount")
                w.int(link.calls)
                if link.errors > 0 {
                    w.key("errorCount")
                    w.int(link.errors)
                }
                w.endObject()
            }
            w.endArray()
            return .json(w.bytes)
        } catch { return error.response }
    }
}
