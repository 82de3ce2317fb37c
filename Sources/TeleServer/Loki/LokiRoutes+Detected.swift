import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

extension LokiRoutes {
    /// Lines that a look for fields takes at most, whatever is asked for.
    private static let mostLines = 10_000
    private static let mostFields = 1_000
    /// Labels that tell something even where all their values are ids.
    private static let alwaysShown: Set<String> = ["cluster", "namespace", "instance", "pod"]

    /// Stream labels with how many values they have; those with ids for values alone are left out.
    @Sendable static func detectedLabels(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            var values: [String: Set<String>] = [:]
            for labels in try selected(request, context, matchers: try queryMatchers(request)) {
                for label in labels { values[label.name, default: []].insert(label.value) }
            }
            var w = JSONWriter()
            w.beginObject()
            w.key("detectedLabels")
            let shown = values.filter { alwaysShown.contains($0.key) || !$0.value.allSatisfy(isID) }
            w.array(shown.sorted { $0.key < $1.key }) { w, label in
                w.beginObject()
                w.key("label")
                w.string(label.key)
                w.key("cardinality")
                w.int(label.value.count)
                w.endObject()
            }
            w.endObject()
            return .json(w.bytes)
        } catch { return error.response }
    }

    /// A number or a UUID.
    private static func isID(_ value: String) -> Bool {
        if Double(value) != nil { return true }
        let bytes = Array(value.utf8)
        return bytes.count == 36
            && bytes.indices.allSatisfy { at in
                [8, 13, 18, 23].contains(at) ? bytes[at] == 0x2d : Hex.value(bytes[at]) != nil
            }
    }

    @Sendable static func detectedFields(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let limit = try count("limit", request, mostFields)
            let fields = try fields(request, context, limit: limit)
            var w = JSONWriter()
            w.beginObject()
            w.key("fields")
            w.array(fields) { w, field in
                w.beginObject()
                w.key("label")
                w.string(field.name)
                w.key("type")
                w.string(field.type)
                w.key("cardinality")
                w.int(field.values.count)
                w.key("parsers")
                if field.parsers.isEmpty {
                    w.null()
                } else {
                    w.strings(field.parsers)
                }
                w.endObject()
            }
            w.key("limit")
            w.int(limit)
            w.endObject()
            return .json(w.bytes)
        } catch { return error.response }
    }

    @Sendable static func detectedFieldValues(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let name = request.pathParameters["name"] ?? ""
            let limit = try count("limit", request, mostFields)
            let fields = try fields(request, context, limit: mostFields)
            let values = fields.first { $0.name == name }?.values.sorted() ?? []
            var w = JSONWriter()
            w.beginObject()
            w.key("values")
            w.strings(values.prefix(limit))
            w.key("limit")
            w.int(limit)
            w.endObject()
            return .json(w.bytes)
        } catch { return error.response }
    }

    private static func count(_ name: String, _ request: APIRequest, _ most: Int) throws(LokiFailure) -> Int {
        guard let text = request[name], !text.isEmpty else { return most }
        guard let value = Int(text), value >= 0 else {
            throw .bad("strconv.ParseUint: parsing \(QuotedText.quote(text)): invalid syntax")
        }
        return value == 0 ? most : min(value, most)
    }

    private static func fields(
        _ request: APIRequest, _ context: APIContext, limit: Int
    ) throws(LokiFailure) -> [LogFields.Field] {
        let time = try LokiParameters(request).logRange()
        let lines = try count("line_limit", request, mostLines)
        let search = LogFields(
            pipeline: try pipeline(request), time: time,
            lineLimit: request["line_limit"] == nil ? min(lines, 1_000) : lines, limit: limit)
        do throws(EngineError) {
            return try search.run(context.engine.snapshot(), context.makeBudget())
        } catch { throw LokiFailure(error) }
    }

    static func pipeline(_ request: APIRequest) throws(LokiFailure) -> LogQLPipeline {
        do throws(LogQLError) { return try LogQLParser.parsePipeline(request["query"] ?? "") } catch {
            throw LokiFailure(error)
        }
    }

    /// Shapes of lines with their counts over time, of the templates that storage keeps.
    @Sendable static func patterns(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let parameters = LokiParameters(request)
            let step = max(UInt64(clamping: try parameters.step(try parameters.range())), 10_000_000_000)
            let time = try parameters.logRange()
            guard UInt64(time.count) / step <= UInt64(LokiParameters.maxSteps) else {
                throw LokiFailure.bad("exceeded maximum resolution of 11,000 points per time series")
            }
            let search = LogPatterns(pipeline: try pipeline(request), time: time, step: step)
            let found: [LogPatterns.Pattern]
            do throws(EngineError) { found = try search.run(context.engine.snapshot(), context.makeBudget()) } catch {
                throw LokiFailure(error)
            }
            var w = JSONWriter()
            w.success { w in
                w.array(found) { w, pattern in
                    w.beginObject()
                    w.key("pattern")
                    w.string(pattern.text)
                    w.key("level")
                    w.string(pattern.level)
                    w.key("samples")
                    w.array(pattern.samples) { w, sample in
                        w.beginArray()
                        w.int(sample.time)
                        w.int(sample.count)
                        w.endArray()
                    }
                    w.endObject()
                }
            }
            return .json(w.bytes)
        } catch { return error.response }
    }

    @Sendable static func formatQuery(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let query: LogQLExpression
            do throws(LogQLError) { query = try LogQLParser.parse(request["query"] ?? "") } catch {
                throw LokiFailure(error)
            }
            var w = JSONWriter()
            w.success { $0.string(LogQLPrinter.text(query)) }
            return .json(w.bytes)
        } catch { return error.response }
    }

    /// What Logs Drilldown asks for when it opens.
    @Sendable static func drilldownLimits(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        var w = JSONWriter()
        w.beginObject()
        w.key("limits")
        w.beginObject()
        w.key("discover_log_levels")
        w.bool(true)
        w.key("discover_service_name")
        w.strings(LokiMapping.serviceNameSources)
        w.key("log_level_fields")
        w.strings(LokiLevel.names)
        for (name, value) in [
            ("max_entries_limit_per_query", LokiParameters.maxLimit), ("max_line_size_truncate", 0),
            ("max_query_series", 0), ("volume_max_series", 1_000),
        ] {
            w.key(name)
            w.int(value)
        }
        w.key("volume_enabled")
        w.bool(true)
        w.endObject()
        w.key("pattern_ingester_enabled")
        w.bool(true)
        w.key("version")
        w.string(apiVersion)
        w.endObject()
        return .json(w.bytes)
    }
}
