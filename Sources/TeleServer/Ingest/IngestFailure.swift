package import HTTPTypes
package import TeleEngine

/// Why a request was refused as a whole, and what each protocol answers then: the one place of CONTRACT's "Refusals".
package struct IngestFailure: Error, Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
        case malformed
        case tooLarge = "too_large"
        case mediaType = "media_type"
        case contentEncoding = "content_encoding"
        case overloaded
        case notReady = "not_ready"
        case diskFull = "disk_full"
        case writeFailed = "write_failed"
        case slowBody = "slow_body"
        case unknownMethod = "unknown_method"
        case failed
    }

    package var reason: Reason
    package var message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    package init(_ error: EngineError) {
        switch error {
        case .diskFull: self.init(.diskFull, "no space left on the data disk")
        case .writeFailed(let why): self.init(.writeFailed, "the write-ahead log could not be written: \(why)")
        case .notReady(let why): self.init(.notReady, why)
        case .overloaded: self.init(.overloaded, "storage has no memory left for more; try again")
        case .overBudget(let why): self.init(.tooLarge, why)
        case .deadlineExceeded: self.init(.overloaded, "the deadline passed")
        case .cancelled: self.init(.overloaded, "cancelled")
        case .badBatch(let why): self.init(.malformed, why)
        case .failed(let why): self.init(.failed, why)
        }
    }

    package var status: HTTPResponse.Status {
        switch reason {
        case .malformed: .badRequest
        case .tooLarge: .contentTooLarge
        case .mediaType, .contentEncoding: .unsupportedMediaType
        case .overloaded, .notReady, .diskFull, .writeFailed: .serviceUnavailable
        case .slowBody: .requestTimeout
        case .unknownMethod: .notFound
        case .failed: .internalServerError
        }
    }

    /// Seconds; nil where trying again is no use.
    package var retryAfter: Int? {
        switch reason {
        case .overloaded, .notReady: 1
        case .writeFailed: 5
        // Ingest goes on with the first request after space is back: clients should find out soon.
        case .diskFull: 3
        default: nil
        }
    }

    package var code: RPCCode {
        switch reason {
        case .malformed: .invalidArgument
        case .tooLarge: .resourceExhausted
        case .mediaType: .invalidArgument
        case .contentEncoding, .unknownMethod: .unimplemented
        case .overloaded, .notReady, .diskFull, .writeFailed: .unavailable
        case .slowBody: .cancelled
        case .failed: .internalError
        }
    }
}
