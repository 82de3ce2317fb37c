package import TeleModel

/// A LogQL query: log lines, or numbers made of them.
package enum LogQLExpression: Sendable {
    case log(LogQLPipeline)
    case metric(LogQLMetric)
}

/// `{matchers} | stages`.
package struct LogQLPipeline: Sendable {
    package var matchers: [Matcher]
    package var stages: [LogQLStage]

    package init(matchers: [Matcher], stages: [LogQLStage] = []) {
        self.matchers = matchers
        self.stages = stages
    }
}

/// One stage of a log pipeline.
package enum LogQLStage: Sendable {
    case line(LogQLLineFilter)
    /// Without extractions all fields become labels, nested ones joined by `_`.
    case json([LogQLExtraction])
    case logfmt(strict: Bool, keepEmpty: Bool, [LogQLExtraction])
    case label(LogQLLabelFilter)
    case drop([LogQLLabelPick])
    case keep([LogQLLabelPick])
    case decolorize
}

/// `name="path"` of a parser stage, or a bare `name`, whose path is the name.
package struct LogQLExtraction: Sendable, Equatable {
    package var name: String
    package var path: String

    package init(name: String, path: String) {
        self.name = name
        self.path = path
    }
}

/// What `drop` and `keep` name: a label, with or without a test of its value.
package struct LogQLLabelPick: Sendable {
    package var name: String
    package var matcher: Matcher?

    package init(name: String, matcher: Matcher?) {
        self.name = name
        self.matcher = matcher
    }
}

/// `|= "a" or "b"`: any of the texts, or none of them for the negative operators.
package struct LogQLLineFilter: Sendable {
    package enum Operation: String, Sendable {
        case contains = "|="
        case containsNot = "!="
        case matches = "|~"
        case matchesNot = "!~"

        package var isNegative: Bool { self == .containsNot || self == .matchesNot }
        package var isPattern: Bool { self == .matches || self == .matchesNot }
    }

    package var operation: Operation
    package var texts: [String]
    /// Compiled, a pattern a text, for `|~` and `!~`.
    package var patterns: [Pattern]

    package init(_ operation: Operation, _ texts: [String]) throws(PatternError) {
        self.operation = operation
        self.texts = texts
        patterns = []
        guard operation.isPattern else { return }
        for text in texts { patterns.append(try Pattern(text)) }
    }
}

/// A test of labels within a pipeline.
package indirect enum LogQLLabelFilter: Sendable {
    package enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case greater = ">"
        case greaterOrEqual = ">="
        case less = "<"
        case lessOrEqual = "<="
    }

    case text(Matcher)
    case number(name: String, Comparison, Double)
    /// Nanoseconds.
    case duration(name: String, Comparison, Int64)
    case size(name: String, Comparison, UInt64)
    case and(LogQLLabelFilter, LogQLLabelFilter)
    case or(LogQLLabelFilter, LogQLLabelFilter)
}
