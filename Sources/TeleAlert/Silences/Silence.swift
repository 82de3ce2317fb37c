package import TeleModel

/// Alerts that all matchers accept are not notified from `startsAt` on, before `endsAt`. Unix milliseconds.
package struct Silence: Sendable {
    package enum State: String, Sendable {
        case active, pending, expired
    }

    package var id: String
    package var matchers: [Matcher]
    package var startsAt: Int64
    package var endsAt: Int64
    package var updatedAt: Int64
    package var createdBy: String
    package var comment: String

    package init(
        id: String, matchers: [Matcher], startsAt: Int64, endsAt: Int64, updatedAt: Int64 = 0, createdBy: String,
        comment: String
    ) {
        self.id = id
        self.matchers = matchers
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.updatedAt = updatedAt
        self.createdBy = createdBy
        self.comment = comment
    }

    package func state(at now: Int64) -> State { now < startsAt ? .pending : now < endsAt ? .active : .expired }
}

package enum SilenceProblem: Error, Sendable, Equatable {
    case notFound
    case refused(String)
}
