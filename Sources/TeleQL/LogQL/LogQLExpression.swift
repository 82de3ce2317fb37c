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
    /// Its named groups become labels.
    case regexp(Pattern)
    case pattern(LinePattern)
    case unpack
    case lineFormat(LogQLTemplate)
    case labelFormat([LogQLLabelFormat])
}

/// `name=other` renames, `name="template"` computes.
package struct LogQLLabelFormat: Sendable {
    package enum Source: Sendable {
        case label(String)
        case template(LogQLTemplate)
    }

    package var name: String
    package var source: Source

    package init(name: String, source: Source) {
        self.name = name
        self.source = source
    }
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
    /// `ip("10.0.0.0/8")`
    case address(name: String, isNegative: Bool, AddressRange)
    case and(LogQLLabelFilter, LogQLLabelFilter)
    case or(LogQLLabelFilter, LogQLLabelFilter)

    /// The labels that it looks at.
    package var names: [String] {
        switch self {
        case .text(let matcher): [matcher.name]
        case .number(let name, _, _), .duration(let name, _, _), .size(let name, _, _), .address(let name, _, _): [name]
        case .and(let a, let b), .or(let a, let b): a.names + b.names
        }
    }
}
