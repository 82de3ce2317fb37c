/// Who takes alerts of the rules: the delivery half.
///
/// An alert comes when it begins to fire, again every resend delay (a minute, or the group's interval where that is
/// longer) while it does, when it resolves, and again for 15 minutes after that; so what a restart lost comes back. The
/// same alert may come more than once: ``Alert/fingerprint`` tells. Pending alerts never come.
package protocol AlertSink: Sendable {
    /// Called after a group's evaluation, with all of one rule's alerts that are due; never with none. Takes them and
    /// returns: nothing is delivered within the call, and a full queue keeps the newest state of each fingerprint.
    func send(_ alerts: [Alert]) async
}
