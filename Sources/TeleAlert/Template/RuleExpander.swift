internal import TeleModel
internal import TeleQuery

/// Expands the templates of one alert.
struct RuleExpander {
    let functions: RuleFunctions
    private let dot: LogTemplateValue
    private let variables: [(name: String, value: LogTemplateValue)]

    /// A label or an annotation; what is longer fails.
    static let mostBytes = 64 << 10

    init(pass: RulePass, labels: LabelSet, value: Double) {
        functions = RuleFunctions(pass: pass)
        let own = RuleExpander.map(labels)
        let external = RuleExpander.map(pass.options.externalLabels)
        let url = LogTemplateValue.string(pass.options.externalURL)
        dot = .map([
            ("ExternalLabels", external), ("ExternalURL", url), ("Labels", own), ("Value", .double(value)),
        ])
        variables = [
            ("labels", own), ("externalLabels", external), ("externalURL", url), ("value", .double(value)),
        ]
    }

    /// What fails says so in the text, as Prometheus has it: an alert with a bad annotation is better than none.
    func expanded(_ text: RuleText) -> String {
        guard let template = text.template else { return text.source }
        let functions = functions
        let run = LogTemplateRun(dot: dot, variables: variables, mostBytes: RuleExpander.mostBytes) {
            (name, arguments, run) throws(LogTemplateError) in
            try functions.value(name, arguments, run)
        }
        do throws(LogTemplateError) { return String(decoding: try run.text(template), as: UTF8.self) } catch {
            return "<error expanding template: \(error.message)>"
        }
    }

    static func map(_ labels: LabelSet) -> LogTemplateValue { .map(labels.pairs.map { ($0.name, .string($0.value)) }) }
}
