internal import TeleWire

/// What became of a request that was taken: how many records are stored, how many were not and why.
package struct IngestOutcome: Sendable, Equatable {
    package var accepted: Int
    package var rejected: Int
    /// What was wrong with those rejected; "" when there is nothing to say.
    package var message: String

    package init(accepted: Int, rejected: Int = 0, message: String = "") {
        self.accepted = accepted
        self.rejected = rejected
        self.message = message
    }

    func answer(_ signal: Signal, _ type: MediaType) -> [UInt8] {
        OTLP.response(
            signal.otlp, rejected: rejected, message: message, encoding: type == .protobuf ? .protobuf : .json)
    }
}
