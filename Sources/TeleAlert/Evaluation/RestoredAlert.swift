/// Where an alert stood when the server went down, as the series `ALERTS_FOR_STATE` tells.
package struct RestoredAlert: Sendable, Hashable {
    /// Unix milliseconds, moved so that the time during which the server was down does not count.
    package var activeAt: Int64
    /// Its `for` had passed.
    package var hasFired: Bool

    /// - Parameters:
    ///   - activeAt: The value of the last sample, unix milliseconds.
    ///   - downAt: The time of the last sample.
    ///   - time: The first evaluation after the start.
    ///
    /// Prometheus lets an alert whose `for` is shorter than the grace period start over; here what is left of it is
    /// what was left. A longer one has at least the grace period to go, so that what reports to the server can come
    /// back first; one that had fired fires.
    package init(activeAt: Int64, downAt: Int64, time: Int64, holdFor: Int64, gracePeriod: Int64) {
        let left = holdFor - (downAt - activeAt)
        hasFired = left <= 0
        if left <= 0 {
            self.activeAt = activeAt
        } else if left < gracePeriod, holdFor >= gracePeriod {
            self.activeAt = time + gracePeriod - holdFor
        } else {
            self.activeAt = activeAt + (time - downAt)
        }
    }
}
