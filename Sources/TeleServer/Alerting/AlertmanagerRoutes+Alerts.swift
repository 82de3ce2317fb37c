internal import HTTPTypes
internal import TeleAPI
internal import TeleAlert
internal import TeleModel

extension AlertmanagerRoutes {
    /// Which alerts are asked for.
    private struct Question {
        var filter: [Matcher]
        var receiver: Pattern?
        var isActive, isSilenced, isInhibited, isUnprocessed, isMuted: Bool

        init(_ request: APIRequest) throws(Refusal) {
            filter = try request.alertFilter()
            if let text = request["receiver"], !text.isEmpty {
                do { receiver = try Pattern(text, anchored: true) } catch {
                    throw .bad("failed to parse receiver param: \(error)")
                }
            }
            isActive = try request.alertFlag("active")
            isSilenced = try request.alertFlag("silenced")
            isInhibited = try request.alertFlag("inhibited")
            isUnprocessed = try request.alertFlag("unprocessed")
            isMuted = try request.alertFlag("muted")
        }

        func asks(_ status: Status) -> Bool {
            let isFree = status.silencedBy.isEmpty && status.inhibitedBy.isEmpty
            return (isActive || !isFree) && (isSilenced || status.silencedBy.isEmpty)
                && (isInhibited || status.inhibitedBy.isEmpty)
        }
    }

    private struct Status {
        var silencedBy: [String]
        var inhibitedBy: [String]
    }

    static func alerts(
        _ request: APIRequest, _ delivery: AlertDelivery, _ context: APIContext
    ) throws(Refusal) -> APIResponse {
        let question = try Question(request)
        let now = WallClock.milliseconds
        let dispatcher = delivery.keeper.read { $0 }
        var w = JSONWriter(capacity: 64 << 10)
        w.beginArray()
        for (fingerprint, held) in dispatcher.alerts.sorted(by: { $0.key < $1.key }) where !held.isResolved(at: now) {
            guard question.filter.accept(held.alert.labels) else { continue }
            let receivers = dispatcher.receiverNames(of: fingerprint)
            if let pattern = question.receiver, !receivers.contains(where: { pattern.matches($0) }) { continue }
            let status = status(held, dispatcher, now)
            guard question.asks(status) else { continue }
            write(fingerprint, held, status, receivers, mutedBy: [], &w)
        }
        w.endArray()
        return .json(w.bytes)
    }

    static func groups(
        _ request: APIRequest, _ delivery: AlertDelivery, _ context: APIContext
    ) throws(Refusal) -> APIResponse {
        let question = try Question(request)
        let now = WallClock.milliseconds
        let dispatcher = delivery.keeper.read { $0 }
        let sorted = dispatcher.groups.values.sorted { a, b in
            a.id.labels == b.id.labels
                ? a.id.receiver < b.id.receiver : LabelSet.precedes(a.id.labels, b.id.labels)
        }
        var w = JSONWriter(capacity: 64 << 10)
        w.beginArray()
        for group in sorted {
            if let pattern = question.receiver, !pattern.matches(group.id.receiver) { continue }
            if !question.isMuted, !group.mutedBy.isEmpty { continue }
            var shown: [(UInt64, HeldAlert, Status)] = []
            for fingerprint in group.members.sorted() {
                guard let held = dispatcher.alerts[fingerprint], !held.isResolved(at: now),
                    question.filter.accept(held.alert.labels)
                else { continue }
                let status = status(held, dispatcher, now)
                if question.asks(status) { shown.append((fingerprint, held, status)) }
            }
            if shown.isEmpty { continue }
            w.beginObject()
            w.member("labels", group.id.labels)
            w.key("receiver")
            w.beginObject()
            w.member("name", group.id.receiver)
            w.endObject()
            w.key("alerts")
            w.beginArray()
            for (fingerprint, held, status) in shown {
                write(
                    fingerprint, held, status, dispatcher.receiverNames(of: fingerprint), mutedBy: group.mutedBy, &w)
            }
            w.endArray()
            w.endObject()
        }
        w.endArray()
        return .json(w.bytes)
    }

    private static func status(_ held: HeldAlert, _ dispatcher: Dispatcher, _ now: Int64) -> Status {
        let (silencedBy, inhibitedBy) = dispatcher.suppression(of: held.alert.labels, now: now)
        return Status(silencedBy: silencedBy, inhibitedBy: inhibitedBy)
    }

    private static func write(
        _ fingerprint: UInt64, _ held: HeldAlert, _ status: Status, _ receivers: [String], mutedBy: [String],
        _ w: inout JSONWriter
    ) {
        w.beginObject()
        w.member("annotations", held.alert.annotations)
        w.member("endsAt", AlertTime.text(held.alert.endsAt))
        w.member("fingerprint", AlertFingerprint.text(fingerprint))
        w.key("receivers")
        w.beginArray()
        for name in receivers {
            w.beginObject()
            w.member("name", name)
            w.endObject()
        }
        w.endArray()
        w.member("startsAt", AlertTime.text(held.alert.startsAt))
        w.key("status")
        w.beginObject()
        let isFree = status.silencedBy.isEmpty && status.inhibitedBy.isEmpty && mutedBy.isEmpty
        w.member("state", isFree ? "active" : "suppressed")
        for (name, ids) in [
            ("silencedBy", status.silencedBy), ("inhibitedBy", status.inhibitedBy), ("mutedBy", mutedBy),
        ] {
            w.key(name)
            w.beginArray()
            for id in ids { w.string(id) }
            w.endArray()
        }
        w.endObject()
        w.member("updatedAt", AlertTime.text(held.updatedAt))
        if !held.alert.generatorURL.isEmpty { w.member("generatorURL", held.alert.generatorURL) }
        w.member("labels", held.alert.labels)
        w.endObject()
    }

    // MARK: Posting

    /// Takes what is good; 400 that names what is not, as Alertmanager has it.
    static func postAlerts(
        _ request: APIRequest, _ delivery: AlertDelivery, _ context: APIContext
    ) throws(Refusal) -> APIResponse {
        let posted: [PostedAlert] = try PostedJSON.read(request.body)
        let now = WallClock.milliseconds
        let timeout = delivery.keeper.read { $0.configuration.global.resolveTimeout }
        var alerts: [HeldAlert] = []
        var problems: [String] = []
        for alert in posted {
            do throws(Refusal) { alerts.append(try alert.held(now: now, resolveTimeout: timeout)) } catch {
                problems.append(error.message)
            }
        }
        delivery.metrics.invalid.add(problems.count)
        if !alerts.isEmpty {
            guard delivery.receive(alerts) else {
                throw Refusal(status: .serviceUnavailable, message: "there are too many alerts or groups")
            }
            if let error = delivery.keeper.waitUntilStored() {
                throw Refusal(status: .serviceUnavailable, message: "the alerts could not be stored: \(error)")
            }
        }
        guard problems.isEmpty else { throw .bad(problems.prefix(10).joined(separator: "; ")) }
        return APIResponse(.ok, contentType: nil, body: [])
    }
}
