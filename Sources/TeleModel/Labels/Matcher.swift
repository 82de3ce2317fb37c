/// A label matcher of PromQL and LogQL. A label that is missing has the value "".
package struct Matcher: Sendable {
    package enum Operation: Sendable, Equatable {
        case equal, notEqual, matches, matchesNot

        package var isNegative: Bool { self == .notEqual || self == .matchesNot }
    }

    package var name: String
    package var operation: Operation
    package var value: String
    /// Compiled and anchored at both ends for `=~` and `!~`.
    package var pattern: Pattern?

    package init(name: String, _ operation: Operation, _ value: String) throws(PatternError) {
        self.name = name
        self.operation = operation
        self.value = value
        let isPattern = operation == .matches || operation == .matchesNot
        pattern = isPattern ? try Pattern(value, anchored: true) : nil
    }

    /// Whether a label's value satisfies the matcher.
    package func accepts(_ text: String) -> Bool {
        switch operation {
        case .equal: text == value
        case .notEqual: text != value
        case .matches: pattern?.matches(text) ?? false
        case .matchesNot: !(pattern?.matches(text) ?? true)
        }
    }

    /// Whether series without the label satisfy it: such a matcher can't be answered from postings alone.
    package var acceptsMissing: Bool { accepts("") }
}
