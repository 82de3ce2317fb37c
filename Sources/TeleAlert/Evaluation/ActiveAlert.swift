package import TeleModel

/// An alert of a rule, from the first time that its condition was true until 15 minutes after it was resolved. Times are
/// unix milliseconds.
package struct ActiveAlert: Sendable, Hashable {
    package var labels: LabelSet
    package var annotations: LabelSet
    package var value: Double
    package var state = AlertState.pending
    package var activeAt: Int64
    package var firedAt: Int64?
    package var resolvedAt: Int64?
    package var keepFiringSince: Int64?
    package var sentAt: Int64?
    /// See ``AlertLinks``; nil until they were made.
    package var links: LabelSet?

    package init(labels: LabelSet, annotations: LabelSet, value: Double, activeAt: Int64) {
        self.labels = labels
        self.annotations = annotations
        self.value = value
        self.activeAt = activeAt
    }

    /// The rule's annotations, and the links that it does not have itself.
    package var shownAnnotations: LabelSet {
        guard let links, !links.isEmpty else { return annotations }
        return LabelSet(annotations.pairs + links.pairs.filter { annotations[$0.name] == nil })
    }

    /// Whether the delivery half has to hear of it now.
    func isDue(at time: Int64, resendDelay: Int64) -> Bool {
        if state == .pending || firedAt == nil { return false }
        guard let sentAt else { return true }
        if let resolvedAt, resolvedAt > sentAt { return true }
        return sentAt.addingSaturated(resendDelay) < time
    }

    func alert(validUntil: Int64, generatorURL: String) -> Alert {
        Alert(
            labels: labels, annotations: shownAnnotations, state: resolvedAt == nil ? .firing : .resolved,
            activeAt: activeAt, startsAt: firedAt ?? activeAt, endsAt: resolvedAt ?? validUntil, value: value,
            generatorURL: generatorURL)
    }
}
