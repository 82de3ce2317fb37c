internal import TeleModel

/// The series that tell of alerts: `ALERTS` is 1 while one is pending or firing, `ALERTS_FOR_STATE` is since when, in
/// unix seconds.
package enum AlertSeries {
    package static let state = "ALERTS"
    package static let since = "ALERTS_FOR_STATE"

    static func labels(of alert: ActiveAlert) -> (state: LabelSet, since: LabelSet) {
        let pairs = alert.labels.pairs
        return (
            LabelSet(pairs + [("__name__", state), ("alertstate", alert.state.rawValue)]),
            LabelSet(pairs + [("__name__", since)])
        )
    }
}
