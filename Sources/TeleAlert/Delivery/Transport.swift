/// Brings one notification to its receiver. The only part of delivery that touches the network or starts a process.
package protocol Transport: Sendable {
    /// One attempt, with a timeout of its own; returns once the receiver has taken it.
    func deliver(_ notification: Notification) async throws(DeliveryFailure)
}

package struct DeliveryFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
    /// Whether the same might succeed later: a receiver that says the message is wrong will say so again.
    package var isRetryable: Bool
    /// What the receiver asks to wait, milliseconds.
    package var retryAfter: Int64?

    package init(_ description: String, isRetryable: Bool, retryAfter: Int64? = nil) {
        // A receiver's own words go to logs and annotations.
        self.description = String(description.prefix(1000))
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
    }
}
