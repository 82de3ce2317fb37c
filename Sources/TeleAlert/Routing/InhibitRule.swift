package import TeleModel

/// While an alert that `sources` accept fires, those that `targets` accept are not notified, where all labels in
/// `equal` have the same values (a missing one is empty).
package struct InhibitRule: Sendable {
    package var sources: [Matcher]
    package var targets: [Matcher]
    package var equal: [String]

    init(_ setting: Setting) throws(AlertingProblem) {
        let members = try setting.members([
            "name", "source_match", "source_match_re", "source_matchers", "target_match", "target_match_re",
            "target_matchers", "equal",
        ])
        sources = try MatcherSettings.matchers(members, "source_match", "source_match_re", "source_matchers")
        targets = try MatcherSettings.matchers(members, "target_match", "target_match_re", "target_matchers")
        equal = try members["equal"]?.texts(atMost: AlertingLimits.alertLabels) ?? []
    }

    /// What has to be the same of both.
    func key(_ labels: LabelSet) -> [String] { equal.map { labels[$0] ?? "" } }
}
