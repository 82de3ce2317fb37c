internal import TeleAPI
internal import TeleAlert
internal import TeleModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Bodies of Alertmanager's API.
enum PostedJSON {
    static func read<Value: Decodable>(_ body: [UInt8]) throws(AlertmanagerRoutes.Refusal) -> Value {
        do { return try JSONDecoder().decode(Value.self, from: Data(body)) } catch {
            throw .bad("parsing body failed: \(reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error as? DecodingError {
        case .keyNotFound(let key, let context): "\(path(context)) lacks \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(path(context)): \(context.debugDescription)"
        case .dataCorrupted(let context): context.debugDescription
        default: "it is no JSON of the shape that is expected"
        }
    }

    /// Unix milliseconds of an RFC 3339 time; nil for Go's zero time.
    static func time(_ text: String?, _ name: String) throws(AlertmanagerRoutes.Refusal) -> Int64? {
        guard let text, !text.isEmpty, !text.hasPrefix("0001-01-01") else { return nil }
        guard text.utf8.dropFirst(4).first == 0x2d, let nanoseconds = LokiTime.nanoseconds(text) else {
            throw .bad("\(name) is no RFC 3339 time: \"\(text.prefix(100))\"")
        }
        return nanoseconds / 1_000_000
    }
}

/// An alert as clients post it.
struct PostedAlert: Decodable {
    var labels: [String: String]
    var annotations: [String: String]?
    var startsAt: String?
    var endsAt: String?
    var generatorURL: String?

    func held(now: Int64, resolveTimeout: Int64) throws(AlertmanagerRoutes.Refusal) -> HeldAlert {
        let labels = try PostedAlert.labelSet(labels, "labels")
        guard !labels.isEmpty else { throw .bad("at least one label pair required") }
        let end = try PostedJSON.time(endsAt, "endsAt")
        let start = try PostedJSON.time(startsAt, "startsAt") ?? end ?? now
        if let end, end < start { throw .bad("start time must be before end time") }
        let url = generatorURL ?? ""
        guard url.utf8.count <= AlertingLimits.textBytes else { throw .bad("generatorURL is too long") }
        let endsAt = end ?? now.addingSaturated(resolveTimeout)
        let alert = Alert(
            labels: labels, annotations: try PostedAlert.labelSet(annotations ?? [:], "annotations"),
            state: endsAt > now ? .firing : .resolved, activeAt: start, startsAt: start, endsAt: endsAt, value: 0,
            generatorURL: url)
        return HeldAlert(alert, origin: .posted, isEndAssumed: end == nil, now: now)
    }

    private static func labelSet(
        _ pairs: [String: String], _ what: String
    ) throws(AlertmanagerRoutes.Refusal) -> LabelSet {
        guard pairs.count <= AlertingLimits.alertLabels else {
            throw .bad("more than \(AlertingLimits.alertLabels) \(what)")
        }
        guard pairs[""] == nil else { throw .bad("invalid label set: a name is empty") }
        let set = LabelSet(pairs.map { (name: $0.key, value: $0.value) })
        guard set.bytes.count <= AlertingLimits.alertBytes else {
            throw .bad("\(what) have more than \(AlertingLimits.alertBytes) bytes")
        }
        return set
    }
}
