internal import HTTPTypes
internal import TeleAPI
internal import TeleAlert
internal import TeleModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension AlertmanagerRoutes {
    /// Those that have all matchers of the filter among theirs: active ones first, next to end first.
    static func silences(
        _ request: APIRequest, _ delivery: AlertDelivery, _ context: APIContext
    ) throws(Refusal) -> APIResponse {
        let filter = Set(try request.alertFilter().map(MatcherText.text))
        let now = WallClock.milliseconds
        var states: Set<Silence.State> = []
        for state in [Silence.State.active, .pending, .expired] where try request.alertFlag(state.rawValue) {
            states.insert(state)
        }
        let shown = delivery.keeper.read { $0.silences.silences.values.filter { states.contains($0.state(at: now)) } }
        let sorted = shown.filter { filter.isSubset(of: $0.matchers.map(MatcherText.text)) }.sorted {
            rank($0, now) < rank($1, now)
        }
        var w = JSONWriter()
        w.beginArray()
        for silence in sorted { write(silence, now, &w) }
        w.endArray()
        return .json(w.bytes)
    }

    static func silence(
        _ request: APIRequest, _ delivery: AlertDelivery, _ context: APIContext
    ) throws(Refusal) -> APIResponse {
        let id = request.pathParameters["id"] ?? ""
        guard let silence = delivery.keeper.read({ $0.silences.silences[id] }) else { throw unknown(id) }
        var w = JSONWriter()
        write(silence, WallClock.milliseconds, &w)
        return .json(w.bytes)
    }

    static func postSilence(
        _ request: APIRequest, _ delivery: AlertDelivery, _ context: APIContext
    ) throws(Refusal) -> APIResponse {
        let posted: PostedSilence = try PostedJSON.read(request.body)
        let wanted = try posted.silence()
        let now = WallClock.milliseconds
        let id: String
        do throws(SilenceProblem) {
            id = try delivery.keeper.changeAndStore { dispatcher throws(SilenceProblem) in
                try dispatcher.silences.set(wanted, now: now) { UUID().uuidString.lowercased() }
            }
        } catch {
            switch error {
            case .notFound: throw unknown(wanted.id)
            case .refused(let why): throw .bad(why)
            }
        }
        try store(delivery)
        var w = JSONWriter()
        w.beginObject()
        w.member("silenceID", id)
        w.endObject()
        return .json(w.bytes)
    }

    /// One that has ended already is fine too.
    static func expireSilence(
        _ request: APIRequest, _ delivery: AlertDelivery, _ context: APIContext
    ) throws(Refusal) -> APIResponse {
        let id = request.pathParameters["id"] ?? ""
        let now = WallClock.milliseconds
        do throws(SilenceProblem) {
            try delivery.keeper.changeAndStore { dispatcher throws(SilenceProblem) in
                let ended = try dispatcher.silences.expire(id, now: now)
                return ((), ended.map { [$0] } ?? [])
            }
        } catch {
            throw unknown(id)
        }
        try store(delivery)
        return APIResponse(.ok, contentType: nil, body: [])
    }

    private static func store(_ delivery: AlertDelivery) throws(Refusal) {
        if let error = delivery.keeper.waitUntilStored() {
            throw Refusal(status: .serviceUnavailable, message: "the silence could not be stored: \(error)")
        }
    }

    private static func unknown(_ id: String) -> Refusal {
        Refusal(status: .notFound, message: "silence \(id.prefix(100)) not found")
    }

    private static func rank(_ silence: Silence, _ now: Int64) -> (Int, Int64, String) {
        switch silence.state(at: now) {
        case .active: (1, silence.endsAt, silence.id)
        case .pending: (2, silence.startsAt, silence.id)
        case .expired: (3, -silence.endsAt, silence.id)
        }
    }

    private static func write(_ silence: Silence, _ now: Int64, _ w: inout JSONWriter) {
        w.beginObject()
        w.member("id", silence.id)
        w.key("status")
        w.beginObject()
        w.member("state", silence.state(at: now).rawValue)
        w.endObject()
        w.member("updatedAt", AlertTime.text(silence.updatedAt))
        w.member("comment", silence.comment)
        w.member("createdBy", silence.createdBy)
        w.member("endsAt", AlertTime.text(silence.endsAt))
        w.key("matchers")
        w.beginArray()
        for matcher in silence.matchers {
            w.beginObject()
            w.key("isEqual")
            w.bool(!matcher.operation.isNegative)
            w.key("isRegex")
            w.bool(matcher.operation == .matches || matcher.operation == .matchesNot)
            w.member("name", matcher.name)
            w.member("value", matcher.value)
            w.endObject()
        }
        w.endArray()
        w.member("startsAt", AlertTime.text(silence.startsAt))
        w.endObject()
    }
}

/// A silence as clients post it.
struct PostedSilence: Decodable {
    struct PostedMatcher: Decodable {
        var name: String
        var value: String
        var isRegex: Bool?
        var isEqual: Bool?
    }

    var id: String?
    var matchers: [PostedMatcher]
    var startsAt: String
    var endsAt: String
    var createdBy: String
    var comment: String

    func silence() throws(AlertmanagerRoutes.Refusal) -> Silence {
        guard matchers.count <= AlertingLimits.matchers else { throw .bad("too many matchers") }
        var out: [Matcher] = []
        for matcher in matchers {
            let isPattern = matcher.isRegex ?? false
            let operation: Matcher.Operation =
                matcher.isEqual ?? true ? (isPattern ? .matches : .equal) : (isPattern ? .matchesNot : .notEqual)
            guard !matcher.name.isEmpty, (matcher.name + matcher.value).utf8.count <= AlertingLimits.textBytes else {
                throw .bad("invalid silence: a matcher has no name or is too long")
            }
            do { out.append(try Matcher(name: matcher.name, operation, matcher.value)) } catch {
                throw .bad("invalid silence: \(matcher.name): \(error)")
            }
        }
        guard let start = try PostedJSON.time(startsAt, "startsAt"), let end = try PostedJSON.time(endsAt, "endsAt")
        else { throw .bad("invalid silence: startsAt and endsAt are required") }
        return Silence(
            id: id ?? "", matchers: out, startsAt: start, endsAt: end, createdBy: createdBy, comment: comment)
    }
}
