internal import TeleModel
internal import Yams

/// A file of unit tests for rules as promtool reads it, with `input_logs` and `input_spans` besides `input_series`, and
/// `lang` and `window` of an expression.
package struct RuleTestFile: Sendable {
    /// Globs, from the file's folder on.
    package private(set) var ruleFiles: [String] = []
    /// Milliseconds.
    package private(set) var interval: Int64 = 60_000
    /// Groups named here come first, in this order.
    private(set) var groupOrder: [String] = []
    /// Whether values may differ in their last digits.
    private(set) var isFuzzy = false
    package private(set) var tests: [RuleTest] = []

    package init(yaml: String, name: String) throws(RuleProblem) {
        guard yaml.utf8.count <= RuleFile.mostBytes else {
            throw RuleProblem("is longer than \(RuleFile.mostBytes) bytes", file: name)
        }
        let root: Node?
        do { root = try compose(yaml: yaml) } catch {
            throw RuleProblem(YAMLProblem.message(error), file: name, line: YAMLProblem.line(error))
        }
        guard let root else { throw RuleProblem("is empty", file: name) }
        do throws(AlertingProblem) { try read(Setting(root)) } catch {
            throw RuleProblem(error.description, file: name, line: error.line)
        }
    }

    private mutating func read(_ root: Setting) throws(AlertingProblem) {
        let members = try root.members([
            "rule_files", "evaluation_interval", "group_eval_order", "tests", "fuzzy_compare",
        ])
        ruleFiles = try members["rule_files"]?.texts(atMost: 10_000) ?? []
        interval = try members["evaluation_interval"]?.duration(least: 1) ?? interval
        groupOrder = try members["group_eval_order"]?.texts(atMost: RuleFile.mostGroups) ?? []
        isFuzzy = try members.bool("fuzzy_compare") ?? false
        var seen: Set<String> = []
        for group in groupOrder where !seen.insert(group).inserted {
            throw root.problem("group name repeated in evaluation order: \(group)")
        }
        for test in try members["tests"]?.list(atMost: 100_000) ?? [] {
            tests.append(try RuleTest(test, interval: interval))
        }
    }
}
