/// A service level objective: how large a part of what happens has to be good, over which time. An entry of `slo:` in a
/// rule file.
package struct Objective: Sendable, Hashable {
    package var name: String
    /// 0.999: of the requests.
    package var objective: Double
    /// As PromQL writes it: `30d`.
    package var window: String
    /// PromQL of the bad ones and of all, per second or as an increase; `$window` stands for the range.
    package var errors: String
    package var total: String
    package var labels: [RuleLabel] = []

    package struct RuleLabel: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    package init(name: String, objective: Double, window: String, errors: String, total: String) {
        self.name = name
        self.objective = objective
        self.window = window
        self.errors = errors
        self.total = total
    }

    /// Of spans: bad are those that took longer than `threshold` seconds, which has to be a bound of the histogram
    /// `traces_spanmetrics_latency` (0.002 and its doubles up to 16.384), as the label `le` writes it.
    package init(name: String, objective: Double, window: String, service: String, threshold: String) {
        let matcher = "service=\"\(Objective.escaped(service))\",span_kind=\"SPAN_KIND_SERVER\""
        let all = "sum(rate(traces_spanmetrics_latency_count{\(matcher)}[$window]))"
        let good = "sum(rate(traces_spanmetrics_latency_bucket{\(matcher),le=\"\(threshold)\"}[$window]))"
        self.init(name: name, objective: objective, window: window, errors: "(\(all) - \(good))", total: all)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
