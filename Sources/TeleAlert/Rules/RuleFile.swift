internal import Yams

/// A rule file of Prometheus, with `lang:` (and `window:` for TraceQL) as additions to a rule.
///
/// What Prometheus refuses is refused here, all of it at once and with its place; what it takes is taken.
package struct RuleFile: Sendable {
    package private(set) var groups: [RuleGroup] = []
    /// In the order of the file; those that are warnings do not keep it from being used.
    package private(set) var problems: [RuleProblem] = []

    /// A file's bytes: 100,000 rules fit.
    package static let mostBytes = 64 << 20
    package static let mostGroups = 20_000
    package static let mostRules = 200_000

    package var errors: [RuleProblem] { problems.filter { !$0.isWarning } }

    /// `name` is what messages and answers call the file; `conditions` what its rules of `lang: built-in` may say.
    package init(yaml: String, name: String, conditions: [NativeQuery] = []) {
        guard yaml.utf8.count <= RuleFile.mostBytes else {
            problems = [RuleProblem("is longer than \(RuleFile.mostBytes) bytes", file: name)]
            return
        }
        let root: Node?
        do { root = try compose(yaml: yaml) } catch {
            problems = [RuleProblem(YAMLProblem.message(error), file: name, line: YAMLProblem.line(error))]
            return
        }
        var reader = RuleReader(file: name, conditions: conditions)
        if let root { reader.read(root) }
        (groups, problems) = (reader.groups, reader.problems)
    }
}
