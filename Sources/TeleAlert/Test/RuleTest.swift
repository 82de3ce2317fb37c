package import TeleModel
package import TeleQuery

/// One entry of `tests:` in a unit-test file: what is stored, and what rules and expressions are to make of it. Times are
/// milliseconds since the beginning of the test, which is the unix epoch.
package struct RuleTest: Sendable {
    package struct Series: Sendable {
        package var labels: LabelSet
        /// One each ``RuleTest/interval``; nil is none.
        package var values: [PromNotation.Value?]
    }

    /// A log line, or several of them.
    package struct Lines: Sendable {
        /// The stream's labels.
        package var labels: [(name: String, value: String)]
        /// Structured metadata.
        package var attributes: [(name: String, value: String)]
        package var text: String
        package var times: Times
    }

    /// A span, or several of them, each a trace of its own unless it names one.
    package struct Spans: Sendable {
        package var service: String
        package var name: String
        package var kind: String
        package var status: String
        package var duration: Int64
        package var attributes: [(name: String, value: String)]
        package var resource: [(name: String, value: String)]
        package var times: Times
    }

    /// `time`, and again `count` times in all, `every` so often.
    package struct Times: Sendable {
        package var first: Int64
        package var every: Int64
        package var count: Int

        package var all: [Int64] { (0..<count).map { first.addingSaturated(Int64($0) &* every) } }
    }

    struct Expected: Sendable, Hashable {
        var labels: LabelSet
        var annotations: LabelSet
    }

    struct AlertCase: Sendable {
        var time: Int64
        var name: String
        var alerts: [Expected]
        var line: Int?
    }

    struct Sample: Sendable {
        var labels: LabelSet
        var value: PromNotation.Value
    }

    struct ExpressionCase: Sendable {
        var time: Int64
        var expression: String
        var language: RuleLanguage
        var window: Int64
        var samples: [Sample]
        var line: Int?
    }

    package var name = ""
    var interval: Int64 = 60_000
    var series: [Series] = []
    package var lines: [Lines] = []
    package var spans: [Spans] = []
    var alertCases: [AlertCase] = []
    var expressionCases: [ExpressionCase] = []
    var externalLabels = LabelSet.empty
    var externalURL = ""

    /// The last time that something is expected at.
    var end: Int64 { max(alertCases.map(\.time).max() ?? 0, expressionCases.map(\.time).max() ?? 0) }
}
