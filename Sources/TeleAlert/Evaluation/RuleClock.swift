/// The time that groups go by.
package protocol RuleClock: Sendable {
    /// Unix milliseconds.
    var now: Int64 { get }
    /// Throws where the task is cancelled.
    func sleep(milliseconds: Int64) async throws
}
