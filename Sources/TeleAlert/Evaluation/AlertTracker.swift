package import TeleModel

/// The state machine of one alerting rule: what its expression gave at each evaluation in, states out.
///
/// inactive → pending (the expression gives the series) → firing (for `for` long) → inactive (it does not, for
/// `keep_firing_for` long), as Prometheus' rules/alerting.go has it. A series that is pending and vanishes is
/// forgotten; one that fired is remembered for 15 minutes, so that what is sent of its end can get lost once.
package struct AlertTracker: Sendable {
    /// By the alert's labels.
    package private(set) var active: [LabelSet: ActiveAlert] = [:]

    /// Milliseconds for which a resolved alert is sent.
    static let resolvedRetention: Int64 = 900_000

    package init() {}

    /// A series that the expression gave, with the rule's labels and annotations.
    package struct Found: Sendable {
        package var labels: LabelSet
        package var annotations: LabelSet
        package var value: Double

        package init(labels: LabelSet, annotations: LabelSet, value: Double) {
            self.labels = labels
            self.annotations = annotations
            self.value = value
        }
    }

    /// Takes an evaluation in. `found` has no label set twice. Where more alerts than `limit` (0: any number) would be
    /// active nothing changes, and the number is given back.
    package mutating func update(
        _ found: [Found], at time: Int64, holdFor: Int64, keepFiringFor: Int64, limit: Int = 0,
        restored: Restored = Restored()
    ) -> Int? {
        var next = active
        for alert in restored.kept where next[alert.labels] == nil { next[alert.labels] = alert }
        var present: Set<LabelSet> = []
        present.reserveCapacity(found.count)
        for one in found {
            present.insert(one.labels)
            if var known = next[one.labels], known.state != .inactive {
                known.value = one.value
                known.annotations = one.annotations
                known.keepFiringSince = nil
                next[one.labels] = known
                continue
            }
            var alert = ActiveAlert(
                labels: one.labels, annotations: one.annotations, value: one.value, activeAt: time)
            if let earlier = restored.alerts[one.labels] {
                alert.activeAt = earlier.activeAt
                if earlier.hasFired {
                    alert.state = .firing
                    alert.firedAt = min(time, earlier.activeAt.addingSaturated(holdFor))
                }
            }
            next[one.labels] = alert
        }
        var count = 0
        for (labels, var alert) in next {
            if !present.contains(labels) {
                var keepsFiring = false
                if alert.state == .firing, keepFiringFor > 0 {
                    let since = alert.keepFiringSince ?? time
                    alert.keepFiringSince = since
                    keepsFiring = time - since < keepFiringFor
                }
                guard keepsFiring else {
                    let isOld = alert.resolvedAt.map { time - $0 > AlertTracker.resolvedRetention } ?? false
                    if alert.state == .pending || isOld {
                        next[labels] = nil
                        continue
                    }
                    if alert.state != .inactive {
                        alert.state = .inactive
                        alert.resolvedAt = time
                        next[labels] = alert
                    }
                    continue
                }
            }
            count += 1
            if alert.state == .pending, time - alert.activeAt >= holdFor {
                alert.state = .firing
                alert.firedAt = time
            }
            next[labels] = alert
        }
        if limit > 0, count > limit { return count }
        active = next
        return nil
    }

    /// The alerts that the delivery half has to hear of now; they count as sent.
    package mutating func takeDue(
        at time: Int64, resendDelay: Int64, interval: Int64, generatorURL: (ActiveAlert) -> String
    ) -> [Alert] {
        var out: [Alert] = []
        let validUntil = time.addingSaturated(4 * max(resendDelay, interval))
        for (labels, alert) in active where alert.isDue(at: time, resendDelay: resendDelay) {
            active[labels]?.sentAt = time
            out.append(alert.alert(validUntil: validUntil, generatorURL: generatorURL(alert)))
        }
        return out
    }

    /// Those that fire and have no links yet.
    var unlinked: [ActiveAlert] { active.values.filter { $0.state == .firing && $0.links == nil } }

    mutating func link(_ links: [LabelSet: LabelSet]) {
        for (labels, links) in links { active[labels]?.links = links }
    }

    /// Pending and firing, in a stable order.
    package var current: [ActiveAlert] {
        active.values.filter { $0.state != .inactive }.sorted { LabelSet.precedes($0.labels, $1.labels) }
    }

    package var state: AlertState {
        active.values.lazy.map(\.state).max { $0.rank < $1.rank } ?? .inactive
    }
}
