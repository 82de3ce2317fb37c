package import TeleModel
package import TeleQL

/// An alerting or a recording rule, as a file has it, parsed. Durations are milliseconds.
package struct Rule: Sendable {
    package enum Kind: Sendable, Hashable {
        case alert, record
    }

    package var kind: Kind
    /// The alert's name, or the metric that is recorded.
    package var name: String
    /// As written.
    package var expression: String
    package var query: RuleQuery
    /// `for`.
    package var holdFor: Int64 = 0
    package var keepFiringFor: Int64 = 0
    /// The group's labels included, sorted by name; templates in an alerting rule.
    package var labels: [RuleText] = []
    package var annotations: [RuleText] = []
    package var line = 0

    package init(kind: Kind, name: String, expression: String, query: RuleQuery) {
        self.kind = kind
        self.name = name
        self.expression = expression
        self.query = query
    }

    package var language: RuleLanguage { query.language }

    /// What makes a rule the same one after a reload: its state goes on.
    package var identity: Identity { Identity(kind: kind, name: name, labels: labels.map { [$0.name, $0.source] }) }

    package struct Identity: Hashable, Sendable {
        var kind: Kind
        var name: String
        var labels: [[String]]
    }

    /// Everything that its evaluation depends on.
    package var definition: [String] {
        ["\(kind)", name, language.rawValue, expression, "\(holdFor)", "\(keepFiringFor)", "\(query.window)"]
            + labels.flatMap { ["l", $0.name, $0.source] } + annotations.flatMap { ["a", $0.name, $0.source] }
    }

    /// The labels as they are written, for answers.
    package var labelSet: LabelSet { LabelSet(labels.map { ($0.name, $0.source) }) }
}

/// A label or an annotation of a rule.
package struct RuleText: Sendable {
    package var name: String
    package var source: String
    /// nil where there is nothing to expand.
    package var template: LogQLTemplate?

    package init(name: String, source: String, template: LogQLTemplate? = nil) {
        self.name = name
        self.source = source
        self.template = template
    }
}
