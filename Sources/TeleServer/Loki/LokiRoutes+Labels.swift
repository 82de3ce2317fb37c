import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

extension LokiRoutes {
    /// Label names of the streams in the range, or of those that `query` selects.
    @Sendable static func labels(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let streams = try selected(request, context, matchers: try queryMatchers(request))
            return .json(list(Set(streams.flatMap { $0.map(\.name) }).sorted()))
        } catch { return error.response }
    }

    @Sendable static func labelValues(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let name = request.pathParameters["name"] ?? ""
            let streams = try selected(request, context, matchers: try queryMatchers(request))
            let values = streams.compactMap { labels in labels.first { $0.name == name }?.value }
            return .json(list(Set(values).sorted()))
        } catch { return error.response }
    }

    /// Label sets of the streams that any of `match[]` selects; all without it.
    @Sendable static func series(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            var texts = request.all("match[]") + request.all("match")
            if texts.isEmpty { texts = ["{}"] }
            var found: [String: [LokiMapping.Pair]] = [:]
            for text in texts {
                for labels in try selected(request, context, matchers: try matchers(text)) {
                    found[LogStreams.key(labels)] = labels
                }
            }
            var w = JSONWriter()
            w.success { w in w.array(found.sorted { $0.key < $1.key }) { $0.labels($1.value) } }
            return .json(w.bytes)
        } catch { return error.response }
    }

    /// Streams, entries and bytes of lines that a selector covers. Chunks are a notion of Loki's storage: one a stream.
    @Sendable static func stats(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            guard let text = request["query"], !text.isEmpty else {
                throw LokiFailure.bad("parse error : syntax error: unexpected $end")
            }
            let time = try LokiParameters(request).logRange()
            let pipeline = LogQLPipeline(matchers: try matchers(text))
            let (streams, entries, bytes) = try counted(pipeline, time, context)
            var w = JSONWriter()
            w.beginObject()
            for (key, value) in [("streams", streams), ("chunks", streams), ("entries", entries), ("bytes", bytes)] {
                w.key(key)
                w.int(value)
            }
            w.endObject()
            return .json(w.bytes)
        } catch { return error.response }
    }

    private static func counted(
        _ pipeline: LogQLPipeline, _ time: Range<UInt64>, _ context: APIContext
    ) throws(LokiFailure) -> (streams: Int, entries: Int, bytes: Int) {
        do throws(EngineError) {
            let (snapshot, budget) = (context.engine.snapshot(), context.makeBudget())
            let streams = try LogStreams(
                matching: pipeline.matchers, time: time, snapshot: snapshot, budget: budget)
            if streams.isEmpty { return (0, 0, 0) }
            var scan = LogScan(time: time)
            scan.resources = streams.fingerprints
            var counting = LogCounting(scan: scan, edges: [time.lowerBound, time.upperBound])
            counting.countsBytes = true
            let counts = try snapshot.countLogs(counting, budget: budget) { _ in }
            var entries = 0
            var bytes = 0
            var seen: Set<String> = []
            for (number, group) in counts.groups.enumerated() where counts.rows[number] > 0 {
                guard let stream = streams.byFingerprint[group.resource] else { continue }
                seen.insert(LogStreams.key(stream.labels))
                entries += Int(clamping: counts.rows[number])
                bytes += Int(clamping: counts.bytes[number])
            }
            return (seen.count, entries, bytes)
        } catch { throw LokiFailure(error) }
    }

    private static func matchers(_ text: String) throws(LokiFailure) -> [Matcher] {
        do throws(LogQLError) { return try LogQLParser.parseMatchers(text) } catch { throw LokiFailure(error) }
    }

    static func queryMatchers(_ request: APIRequest) throws(LokiFailure) -> [Matcher] {
        guard let text = request["query"], !text.isEmpty else { return [] }
        return try matchers(text)
    }

    static func selected(
        _ request: APIRequest, _ context: APIContext, matchers: [Matcher]
    ) throws(LokiFailure) -> [[LokiMapping.Pair]] {
        let time = try LokiParameters(request).logRange()
        do throws(EngineError) {
            let streams = try LogStreams(
                matching: matchers, time: time, snapshot: context.engine.snapshot(), budget: context.makeBudget())
            return streams.labelSets
        } catch { throw LokiFailure(error) }
    }

    /// `{"status":"success","data":[...]}`; an empty list has no `data`, as Loki's.
    private static func list(_ texts: [String]) -> [UInt8] {
        var w = JSONWriter()
        if texts.isEmpty {
            w.raw(#"{"status":"success"}"#)
        } else {
            w.success { $0.strings(texts) }
        }
        return w.bytes
    }
}
