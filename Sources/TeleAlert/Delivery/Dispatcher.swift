package import TeleModel

/// Who is told of which alerts, and when: a state machine on a clock that the caller passes in. It does nothing itself:
/// ``flush(now:)`` gives the notifications to deliver, ``finished(_:isDelivered:now:)`` takes how that went, and
/// ``changes`` is what has to be stored before others may rely on it.
///
/// 1. An alert is held while it fires, and when it is resolved until every integration that was told of it has been told
///    of its end, or would not be.
/// 2. A group is looked at `group_wait` after its first alert came, then every `group_interval`. What an integration is
///    told is decided against its ``NotificationRecord``; so nothing is told twice, and what failed is due again.
/// 3. A group has at most one notification on its way to an integration; integrations do not wait for each other.
/// 4. A record is written when a delivery has succeeded, not before: a crash between the two tells twice, never not.
package struct Dispatcher: Sendable {
    package internal(set) var configuration: AlertingConfiguration
    package internal(set) var alerts: [UInt64: HeldAlert] = [:]
    package internal(set) var groups: [AlertGroup.ID: AlertGroup] = [:]
    package internal(set) var records: [NotificationKey: NotificationRecord] = [:]
    package internal(set) var health: [IntegrationID: IntegrationHealth] = [:]
    package var silences = SilenceTable()
    /// What was not stored yet; the caller takes it.
    package var changes: [DispatcherChange] = []
    /// Alerts that found no room.
    package internal(set) var refusedAlerts = 0
    /// Alerts that were due and held back, by what.
    package internal(set) var suppressed: [Suppression: Int] = [:]

    var inhibition: InhibitionIndex
    var membership: [UInt64: [AlertGroup.ID]] = [:]
    /// No group is due before; unix milliseconds.
    var earliest: Int64 = .max
    var nextNumber = 1
    /// Notifications of each integration that are on their way or wait for it.
    var queued: [IntegrationID: Int] = [:]
    /// Groups that found an integration's queue full, first come first served.
    var overflow: [IntegrationID: ArraySlice<AlertGroup.ID>] = [:]
    var nextForget: Int64 = 0
    private var isRegrouping = false

    /// How often what is over is looked for, milliseconds.
    static let forgetting: Int64 = 900_000

    package enum Suppression: String, Sendable, CaseIterable {
        case silence, inhibition, timeInterval = "time_interval"
    }

    package init(_ configuration: AlertingConfiguration) {
        self.configuration = configuration
        inhibition = InhibitionIndex(configuration.inhibitRules)
    }

    // MARK: Alerts

    /// Takes alerts from the rules or from a client, as they are now. False where some found no room.
    @discardableResult
    package mutating func receive(_ incoming: [HeldAlert], now: Int64) -> Bool {
        var hasRoom = true
        for held in incoming {
            let fingerprint = AlertFingerprint.of(held.alert.labels)
            if let old = alerts[fingerprint] {
                let merged = old.merged(with: held, now: now)
                alerts[fingerprint] = merged
                if merged.differs(from: old, now: now) { changes.append(.alert(merged)) }
                if merged.isResolved(at: now) {
                    if membership[fingerprint]?.isEmpty != false { drop(fingerprint, merged) }
                } else if old.isResolved(at: now) {
                    // Some of its groups may have let it go.
                    _ = route(fingerprint, merged, now: now)
                }
            } else if held.isResolved(at: now) {
                // Nobody was told of it.
                continue
            } else if alerts.count < AlertingLimits.alerts, route(fingerprint, held, now: now) {
                changes.append(.alert(held))
            } else {
                refusedAlerts += 1
                hasRoom = false
            }
        }
        return hasRoom
    }

    /// What an earlier process held. Call before anything else, then ``start(now:)``.
    package mutating func restore(_ held: HeldAlert, now: Int64) {
        var held = held
        if held.isEndAssumed, held.alert.state == .firing {
            // Whoever sends it has not been able to for a while.
            held.alert.endsAt = max(held.alert.endsAt, now.addingSaturated(configuration.global.resolveTimeout))
        }
        alerts[AlertFingerprint.of(held.alert.labels)] = held
    }

    package mutating func restore(_ key: NotificationKey, _ record: NotificationRecord, now: Int64) {
        records[key] = record
        nextForget = now.addingSaturated(Dispatcher.forgetting)
    }

    /// Puts what was restored into groups.
    package mutating func start(now: Int64) { regroup(now: now) }

    /// Takes over a configuration. Groups that are the same in both keep their time.
    package mutating func reconfigure(_ new: AlertingConfiguration, now: Int64) {
        guard new != configuration else { return }
        configuration = new
        regroup(now: now)
    }

    private mutating func regroup(now: Int64) {
        let before = groups
        groups = [:]
        membership = [:]
        queued = [:]
        overflow = [:]
        earliest = .max
        inhibition = InhibitionIndex(configuration.inhibitRules)
        isRegrouping = true
        defer { isRegrouping = false }
        for fingerprint in alerts.keys.sorted() {
            guard let held = alerts[fingerprint] else { continue }
            if !route(fingerprint, held, now: now) { alerts[fingerprint] = nil }
        }
        for (id, group) in before {
            guard groups[id] != nil else { continue }
            groups[id]?.nextFlush = group.nextFlush
            if group.lanes.count == groups[id]?.lanes.count {
                // One that only waited for room is looked at again by its next flush.
                groups[id]?.lanes = group.lanes.map { $0.inFlight == nil ? AlertGroup.Lane() : $0 }
            }
            earliest = min(earliest, group.nextFlush)
            for (i, lane) in group.lanes.enumerated() where lane.inFlight != nil {
                if let integration = integration(id.receiver, i) { queued[integration, default: 0] += 1 }
            }
        }
    }

    /// Puts an alert into the groups of the routes that take it; false where a group would be one too many.
    private mutating func route(_ fingerprint: UInt64, _ held: HeldAlert, now: Int64) -> Bool {
        var ids: [(AlertGroup.ID, route: Int)] = []
        for (receiver, index) in receivers(of: held) {
            let route = configuration.tree.routes[index]
            let labels = route.groupLabels(held.alert.labels)
            let id = AlertGroup.ID(route: route.identity, receiver: receiver, labels: labels)
            if groups[id] == nil, groups.count >= AlertingLimits.groups { return false }
            ids.append((id, index))
        }
        alerts[fingerprint] = held
        membership[fingerprint] = ids.map(\.0)
        inhibition.add(held.alert.labels, fingerprint)
        for (id, index) in ids { insert(fingerprint, held, into: id, route: index, now: now) }
        return true
    }

    private mutating func insert(
        _ fingerprint: UInt64, _ held: HeldAlert, into id: AlertGroup.ID, route index: Int, now: Int64
    ) {
        let route = configuration.tree.routes[index]
        // One that began long ago (this process just started) has been waited for.
        let isOld = held.alert.startsAt.addingSaturated(route.groupWait) < now
        let due = isOld ? now : max(now, held.receivedAt.addingSaturated(route.groupWait))
        if groups[id] == nil {
            let lanes = configuration.receivers[id.receiver]?.integrations.count ?? 0
            groups[id] = AlertGroup(
                id: id, route: index, key: "\(route.key):\(LabelText.text(id.labels))", nextFlush: due,
                lanes: Array(repeating: AlertGroup.Lane(), count: lanes))
            earliest = min(earliest, due)
        } else if isRegrouping, let next = groups[id]?.nextFlush, due < next {
            // Which of its alerts came first is not known from their order here.
            groups[id]?.nextFlush = due
            earliest = min(earliest, due)
        }
        groups[id]?.members.insert(fingerprint)
    }

    /// The receivers of an alert, each with the route that leads there. An alert about a receiver that fails goes to
    /// others: where its own routes lead only there, to all others.
    private func receivers(of held: HeldAlert) -> [(receiver: String, route: Int)] {
        let routes = configuration.tree.match(held.alert.labels)
        let found = routes.map { (configuration.tree.routes[$0].receiver, $0) }
        guard held.origin == .delivery, let failing = held.alert.labels["receiver"] else { return found }
        let others = found.filter { $0.0 != failing }
        if !others.isEmpty { return others }
        return configuration.receiverNames.filter { name in
            name != failing && configuration.receivers[name]?.integrations.isEmpty == false
        }.map { ($0, 0) }
    }

    func integration(_ receiver: String, _ lane: Int) -> IntegrationID? {
        guard let integrations = configuration.receivers[receiver]?.integrations, integrations.indices.contains(lane)
        else { return nil }
        return IntegrationID(receiver: receiver, integration: integrations[lane].name)
    }

    /// Who is told of an alert, each once.
    package func receiverNames(of fingerprint: UInt64) -> [String] {
        Set((membership[fingerprint] ?? []).map(\.receiver)).sorted()
    }

    // MARK: Suppression

    /// What holds an alert back now.
    package func suppression(of labels: LabelSet, now: Int64) -> (silencedBy: [String], inhibitedBy: [String]) {
        let source = inhibition.inhibiting(labels, at: now, alerts)
        return (silences.silencing(labels, at: now), source.map { [AlertFingerprint.text($0)] } ?? [])
    }

    /// The names of the time intervals that hold a route's notifications back.
    func mutingIntervals(_ route: RouteTree.Route, now: Int64) -> [String] {
        func holds(_ name: String) -> Bool {
            configuration.timeIntervals[name]?.contains { $0.contains(now) } ?? false
        }
        if !route.activeTimeIntervals.isEmpty, !route.activeTimeIntervals.contains(where: holds) {
            return route.activeTimeIntervals
        }
        return route.muteTimeIntervals.filter(holds)
    }
}

/// What a restart has to know.
package enum DispatcherChange: Sendable, Equatable {
    case alert(HeldAlert)
    case alertGone(LabelSet)
    case record(NotificationKey, NotificationRecord)
    case recordGone(NotificationKey)
    case silenceGone(String)
}

/// How the deliveries of one integration go.
package struct IntegrationHealth: Sendable, Equatable {
    /// Of the last attempt; nil where it succeeded.
    package var lastError: String?
    /// Since when attempts have failed without one that did not; unix milliseconds.
    package var failingSince: Int64?
    package var lastAttempt: Int64 = 0
    package var delivered = 0
    package var failedAttempts = 0
    /// Deliveries that were given up; their group is due again at its next flush.
    package var givenUp = 0

    package init() {}
}
