/// What is wrong with a rule file, and where.
package struct RuleProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package var message: String
    package var file: String
    /// From 1; nil where the fault has no line.
    package var line: Int?
    package var group: String?
    /// The rule's name, or its number where it has none.
    package var rule: String?
    /// The file can be used all the same.
    package var isWarning = false

    package init(_ message: String, file: String, line: Int? = nil, group: String? = nil, rule: String? = nil) {
        self.message = message
        self.file = file
        self.line = line
        self.group = group
        self.rule = rule
    }

    /// `rules/a.yaml:12: group "x", rule "y": message`.
    package var description: String {
        let owners = [group.map { "group \"\($0)\"" }, rule.map { "rule \"\($0)\"" }].compactMap(\.self)
        let place = line.map { "\(file):\($0)" } ?? file
        return ([place] + (owners.isEmpty ? [] : [owners.joined(separator: ", ")]) + [message]).joined(separator: ": ")
    }
}
