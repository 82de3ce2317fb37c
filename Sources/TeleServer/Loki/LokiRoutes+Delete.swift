import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

/// Deletion requests as Loki's compactor takes them.
extension LokiRoutes {
    /// What `query` (a selector, with or without line filters) selects between `start` and `end` is hidden at once and
    /// removed from the disk a day later; until then it can be cancelled.
    @Sendable static func delete(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let query = request["query"] ?? ""
            guard !query.isEmpty else { throw LokiFailure.bad("query not set") }
            let pipeline = try pipeline(request)
            guard let deletion = LogDeletion(pipeline: pipeline, time: try deletionTime(request)) else {
                throw LokiFailure.bad("a deletion takes a selector with line filters (|= != |~ !~), and no other stage")
            }
            let made: Tombstone?
            do throws(EngineError) {
                let scan = try deletion.scan(context.engine.snapshot(), context.makeBudget())
                made = try scan.map { (scan) throws(EngineError) in
                    try context.engine.delete(.logs(scan), note: query)
                }
            } catch { throw LokiFailure(error) }
            var response = APIResponse(.noContent, contentType: nil, body: [])
            if let made, let name = HTTPField.Name("X-Delete-Request-ID") { response.headers[name] = "\(made.id)" }
            return response
        } catch { return error.response }
    }

    @Sendable static func deletions(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        var w = JSONWriter()
        w.array(context.engine.tombstones().sorted { ($0.created, $0.id) < ($1.created, $1.id) }) { w, tombstone in
            guard case .logs(let scan) = tombstone.deletion else { return }
            w.beginObject()
            w.key("request_id")
            w.string("\(tombstone.id)")
            w.key("start_time")
            w.seconds(milliseconds: Int64(clamping: scan.time.lowerBound / 1_000_000))
            w.key("end_time")
            w.seconds(milliseconds: Int64(clamping: scan.time.upperBound / 1_000_000))
            w.key("query")
            w.string(tombstone.note)
            w.key("status")
            w.string(tombstone.state == .done ? "processed" : "received")
            w.key("created_at")
            w.seconds(milliseconds: Int64(clamping: tombstone.created / 1_000_000))
            w.endObject()
        }
        return .json(w.bytes)
    }

    /// Brings back what the deletion of `request_id` hides, where it is not done yet.
    @Sendable static func cancelDeletion(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        let wanted = UInt64(request["request_id"] ?? "")
        let found = context.engine.tombstones().first { tombstone in
            guard case .logs = tombstone.deletion else { return false }
            return tombstone.id == wanted
        }
        guard let found else { return .text("could not find delete request with given id\n", status: .notFound) }
        do throws(EngineError) {
            let isCancelled = found.state == .hiding ? try context.engine.cancelDeletion(found.id) : false
            guard isCancelled else {
                return .text(
                    "deletion of request which is in process or already processed is not allowed\n", status: .badRequest
                )
            }
            return APIResponse(.noContent, contentType: nil, body: [])
        } catch { return LokiFailure(error).response }
    }

    private static func deletionTime(_ request: APIRequest) throws(LokiFailure) -> Range<UInt64> {
        func time(_ name: String) throws(LokiFailure) -> Int64? {
            guard let text = request[name], !text.isEmpty else { return nil }
            guard let value = LokiTime.nanoseconds(text) else {
                throw .bad("invalid \(name) time: require unix seconds or RFC3339 format")
            }
            return value
        }
        let now = Int64(clamping: WallClock.nanoseconds)
        guard let start = try time("start") else { throw .bad("start time not set") }
        let end = try time("end") ?? now
        guard end <= now else { throw .bad("deletes in the future are not allowed") }
        guard start <= end else { throw .bad("start time can't be greater than end time") }
        return UInt64(max(0, start))..<UInt64(max(0, end)) + 1
    }
}
