import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

extension TempoRoutes {
    private static let scopes: [(name: String, scope: TraceQLScope)] = [
        ("resource", .resource), ("span", .span), ("event", .event), ("link", .link),
        ("instrumentation", .instrumentation),
    ]

    /// Unscoped names of intrinsics, as the tag lists have them.
    private static var intrinsicNames: [String] {
        let scoped = TraceQLIntrinsic.allCases.map(\.rawValue)
        return (TraceQLIntrinsic.aliases.keys + scoped).sorted()
    }

    static func tags(_ request: APIRequest, _ context: APIContext, version: Int) -> APIResponse {
        do throws(TempoFailure) {
            let parameters = TempoParameters(request)
            let wanted = request["scope"] ?? ""
            guard ["", "none", "intrinsic"].contains(wanted) || scopes.contains(where: { $0.name == wanted }) else {
                throw TempoFailure.bad("invalid scope: \(wanted)")
            }
            let isAll = wanted.isEmpty || wanted == "none"
            let chosen = scopes.filter { isAll || $0.name == wanted }
            let tags = TraceTags(
                time: try parameters.range(), field: version == 2 ? parameters.tagFilter : nil,
                snapshot: context.engine.snapshot(), budget: context.makeBudget())
            let found = chosen.isEmpty ? [:] : try names(tags, Set(chosen.map(\.scope)))
            if version == 1 {
                var all = Set(found.values.joined())
                if wanted == "intrinsic" { all.formUnion(intrinsicNames) }
                return .json(list("tagNames", all.sorted()))
            }
            var w = JSONWriter()
            w.beginObject()
            w.key("scopes")
            w.beginArray()
            for (name, scope) in chosen where found[scope]?.isEmpty == false {
                write(name, found[scope] ?? [], &w)
            }
            if isAll || wanted == "intrinsic" { write("intrinsic", intrinsicNames, &w) }
            w.endArray()
            w.endObject()
            return .json(w.bytes)
        } catch { return error.response }
    }

    private static func write(_ scope: String, _ tags: [String], _ w: inout JSONWriter) {
        w.beginObject()
        w.key("name")
        w.string(scope)
        w.key("tags")
        w.beginArray()
        for tag in tags { w.string(tag) }
        w.endArray()
        w.endObject()
    }

    private static func names(
        _ tags: TraceTags, _ scopes: Set<TraceQLScope>
    ) throws(TempoFailure) -> [TraceQLScope: [String]] {
        do throws(EngineError) { return try tags.names(scopes) } catch { throw TempoFailure.engine(error) }
    }

    static func tagValues(_ request: APIRequest, _ context: APIContext, version: Int) -> APIResponse {
        do throws(TempoFailure) {
            let parameters = TempoParameters(request)
            let name = request.pathParameters["name"] ?? ""
            let tags = TraceTags(
                time: try parameters.range(), field: version == 2 ? parameters.tagFilter : nil,
                snapshot: context.engine.snapshot(), budget: context.makeBudget())
            let values = try values(tags, name, version)
            if version == 1 { return .json(list("tagValues", Set(values.map(\.value)).sorted())) }
            var w = JSONWriter()
            w.beginObject()
            w.key("tagValues")
            w.beginArray()
            for (type, value) in values {
                w.beginObject()
                w.key("type")
                w.string(type)
                w.key("value")
                w.string(value)
                w.endObject()
            }
            w.endArray()
            w.endObject()
            return .json(w.bytes)
        } catch { return error.response }
    }

    private static func values(
        _ tags: TraceTags, _ name: String, _ version: Int
    ) throws(TempoFailure) -> [(type: String, value: String)] {
        do throws(EngineError) {
            if let intrinsic = TraceQLIntrinsic.aliases[name] ?? TraceQLIntrinsic(rawValue: name) {
                return try tags.values(of: intrinsic)
            }
            for (scope, value) in [("", TraceQLScope.any)] + scopes where name.hasPrefix(scope + ".") {
                return try tags.values(of: String(name.dropFirst(scope.utf8.count + 1)), scope: value)
            }
            if version == 1 { return try tags.values(of: name, scope: .any) }
        } catch { throw TempoFailure.engine(error) }
        throw TempoFailure.bad("tag name is not valid intrinsic or scoped attribute: \(name)")
    }

    private static func list(_ key: String, _ texts: [String]) -> [UInt8] {
        var w = JSONWriter()
        w.beginObject()
        w.key(key)
        w.beginArray()
        for text in texts { w.string(text) }
        w.endArray()
        w.endObject()
        return w.bytes
    }
}
