internal import TeleModel

extension Dispatcher {
    /// When ``flush(now:)`` should be called next; nil while there is nothing to wait for.
    package var nextFlush: Int64? { earliest == .max ? nil : earliest }

    /// Looks at all groups that are due; what is to be delivered.
    package mutating func flush(now: Int64) -> [Notification] {
        if now >= nextForget {
            forget(now: now)
            nextForget = now.addingSaturated(Dispatcher.forgetting)
        }
        guard now >= earliest else { return [] }
        var out: [Notification] = []
        // In an order that does not depend on the hashing of this process.
        let due = groups.values.filter { $0.nextFlush <= now }.sorted {
            $0.nextFlush != $1.nextFlush
                ? $0.nextFlush < $1.nextFlush : ($0.key, $0.id.receiver) < ($1.key, $1.id.receiver)
        }
        for group in due {
            let interval = configuration.tree.routes[group.route].groupInterval
            groups[group.id]?.nextFlush = now.addingSaturated(interval)
            out += look(at: group.id, lanes: group.lanes.indices, now: now)
        }
        earliest = groups.values.reduce(.max) { min($0, $1.nextFlush) }
        return out
    }

    /// How a delivery ended. Gives what is due next to the same integration.
    package mutating func finished(_ notification: Notification, isDelivered: Bool, now: Int64) -> [Notification] {
        let integration = notification.key.integration
        if let count = queued[integration] { queued[integration] = count > 1 ? count - 1 : nil }
        if isDelivered {
            remember(
                notification.key, time: notification.time, notification.firing, notification.resolved,
                repeatInterval: notification.repeatInterval)
        }
        var out: [Notification] = []
        if let lane = groups[notification.group]?.lanes.firstIndex(where: { $0.inFlight == notification.number }) {
            groups[notification.group]?.lanes[lane].inFlight = nil
            let isLate = groups[notification.group]?.lanes[lane].isLate ?? false
            groups[notification.group]?.lanes[lane].isLate = false
            if isLate {
                out += look(at: notification.group, lanes: lane..<lane + 1, now: now)
            } else {
                clean(notification.group, muted: [], now: now)
            }
        }
        return out + roomMade(integration, now: now)
    }

    private mutating func remember(
        _ key: NotificationKey, time: Int64, _ firing: Set<UInt64>, _ resolved: Set<UInt64>, repeatInterval: Int64
    ) {
        let kept = min(repeatInterval.addingSaturated(repeatInterval), AlertingLimits.retention)
        let record = NotificationRecord(
            time: time, expiresAt: time.addingSaturated(kept), firing: firing, resolved: resolved)
        records[key] = record
        changes.append(.record(key, record))
    }

    /// A group whose turn it was while the integration's queue was full.
    private mutating func roomMade(_ integration: IntegrationID, now: Int64) -> [Notification] {
        while let next = overflow[integration]?.popFirst() {
            if overflow[integration]?.isEmpty == true { overflow[integration] = nil }
            let lanes = groups[next]?.lanes.indices ?? 0..<0
            guard let lane = lanes.first(where: { self.integration(next.receiver, $0) == integration }) else {
                continue
            }
            groups[next]?.lanes[lane].isLate = false
            let out = look(at: next, lanes: lane..<lane + 1, now: now)
            if !out.isEmpty { return out }
        }
        return []
    }

    /// Decides what integrations of a group are told now.
    private mutating func look(at id: AlertGroup.ID, lanes: Range<Int>, now: Int64) -> [Notification] {
        guard let group = groups[id] else { return [] }
        let route = configuration.tree.routes[group.route]
        let mutedBy = mutingIntervals(route, now: now)
        groups[id]?.mutedBy = mutedBy
        var items: [Notification.Item] = []
        var muted: Set<UInt64> = []
        for fingerprint in group.members {
            guard let held = alerts[fingerprint] else { continue }
            if let reason = suppression(held, mutedBy, now: now) {
                suppressed[reason, default: 0] += 1
                muted.insert(fingerprint)
                continue
            }
            items.append(
                Notification.Item(alert: held.alert, isFiring: !held.isResolved(at: now), fingerprint: fingerprint))
        }
        items.sort { a, b in
            a.alert.startsAt != b.alert.startsAt
                ? a.alert.startsAt < b.alert.startsAt : LabelSet.precedes(a.alert.labels, b.alert.labels)
        }
        var out: [Notification] = []
        for lane in lanes where !items.isEmpty {
            if let notification = notification(group, route, lane, items, now: now) { out.append(notification) }
        }
        clean(id, muted: muted, now: now)
        return out
    }

    private func suppression(_ held: HeldAlert, _ mutedBy: [String], now: Int64) -> Suppression? {
        if !mutedBy.isEmpty { return .timeInterval }
        let labels = held.alert.labels
        if inhibition.inhibiting(labels, at: now, alerts) != nil { return .inhibition }
        return silences.silencing(labels, at: now).isEmpty ? nil : .silence
    }

    private mutating func notification(
        _ group: AlertGroup, _ route: RouteTree.Route, _ lane: Int, _ items: [Notification.Item], now: Int64
    ) -> Notification? {
        guard let integrations = configuration.receivers[group.id.receiver]?.integrations,
            integrations.indices.contains(lane)
        else { return nil }
        let integration = integrations[lane]
        let id = IntegrationID(receiver: group.id.receiver, integration: integration.name)
        let key = NotificationKey(groupKey: group.key, integration: id)
        let firing = Set(items.lazy.filter(\.isFiring).map(\.fingerprint))
        let resolved = Set(items.lazy.filter { !$0.isFiring }.map(\.fingerprint))
        guard group.lanes[lane].inFlight == nil else {
            groups[group.id]?.lanes[lane].isLate = true
            return nil
        }
        guard
            NotificationRecord.isDue(
                after: records[key], firing: firing, resolved: resolved, sendsResolved: integration.sendsResolved,
                repeatInterval: route.repeatInterval, now: now)
        else { return nil }
        let told = integration.sendsResolved ? items : items.filter(\.isFiring)
        guard !told.isEmpty else {
            // Nothing to say, but what is said next begins anew.
            remember(key, time: now, firing, resolved, repeatInterval: route.repeatInterval)
            return nil
        }
        guard queued[id, default: 0] < AlertingLimits.queue else {
            if !group.lanes[lane].isLate { overflow[id, default: []].append(group.id) }
            groups[group.id]?.lanes[lane].isLate = true
            return nil
        }
        let out = Notification(
            number: nextNumber, group: group.id, key: key, integration: integration, groupLabels: group.id.labels,
            items: told, firing: firing, resolved: resolved, time: now,
            deadline: now.addingSaturated(max(route.groupInterval, AlertingLimits.leastDelivery)),
            repeatInterval: route.repeatInterval)
        nextNumber += 1
        groups[group.id]?.lanes[lane].inFlight = out.number
        queued[id, default: 0] += 1
        return out
    }

    /// Lets go of resolved alerts that nobody has to hear of any more, and of a group that has no alert left.
    private mutating func clean(_ id: AlertGroup.ID, muted: Set<UInt64>, now: Int64) {
        guard let group = groups[id] else { return }
        let isBusy = group.lanes.contains { $0.inFlight != nil || $0.isLate }
        for fingerprint in group.members {
            guard let held = alerts[fingerprint] else {
                groups[id]?.members.remove(fingerprint)
                continue
            }
            guard held.isResolved(at: now), muted.contains(fingerprint) || (!isBusy && isSettled(fingerprint, group))
            else { continue }
            groups[id]?.members.remove(fingerprint)
            let others = (membership[fingerprint] ?? []).filter { $0 != id }
            if others.isEmpty { drop(fingerprint, held) } else { membership[fingerprint] = others }
        }
        guard groups[id]?.members.isEmpty == true, !isBusy else { return }
        groups[id] = nil
        // A record that nothing fires says no more than none.
        for lane in group.lanes.indices {
            guard let integration = integration(id.receiver, lane) else { continue }
            let key = NotificationKey(groupKey: group.key, integration: integration)
            if records[key]?.firing.isEmpty == true {
                records[key] = nil
                changes.append(.recordGone(key))
            }
        }
    }

    /// Whether no integration believes that the alert fires.
    private func isSettled(_ fingerprint: UInt64, _ group: AlertGroup) -> Bool {
        group.lanes.indices.allSatisfy { lane in
            guard let id = integration(group.id.receiver, lane) else { return true }
            let record = records[NotificationKey(groupKey: group.key, integration: id)]
            return record?.firing.contains(fingerprint) != true
        }
    }

    mutating func drop(_ fingerprint: UInt64, _ held: HeldAlert) {
        alerts[fingerprint] = nil
        membership[fingerprint] = nil
        inhibition.remove(held.alert.labels, fingerprint)
        changes.append(.alertGone(held.alert.labels))
    }

    private mutating func forget(now: Int64) {
        var present: Set<NotificationKey> = []
        for group in groups.values {
            for lane in group.lanes.indices {
                guard let integration = integration(group.id.receiver, lane) else { continue }
                present.insert(NotificationKey(groupKey: group.key, integration: integration))
            }
        }
        for (key, record) in records where record.expiresAt <= now && !present.contains(key) {
            records[key] = nil
            changes.append(.recordGone(key))
        }
        for (fingerprint, held) in alerts where held.isResolved(at: now) && membership[fingerprint]?.isEmpty != false {
            drop(fingerprint, held)
        }
        for id in silences.forget(now: now) { changes.append(.silenceGone(id)) }
    }
}
