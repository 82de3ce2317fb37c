internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import TeleModel

/// Collects a request's body under admission: a declared length is admitted before the first byte is read, bytes
/// without one as they arrive; never more than `limit`, never slower than ``Limits/slowBodyBytesPerSecond``.
struct BodyReader {
    var limit: Int
    var admission: Admission

    /// Bytes that a body without a length is admitted by at a time.
    private static let step = 256 << 10
    /// Room that a declared length is given at once; more only when the bytes have come.
    private static let trustedLength = 1 << 20

    /// Throws `IngestFailure`, or what the connection throws when it breaks.
    func collect(_ request: Request) async throws -> (body: [UInt8], ticket: AdmissionTicket) {
        let declared = try declaredLength(request.headers)
        guard let ticket = admission.admit(declared ?? 0) else { throw overloaded }
        var bytes: [UInt8] = []
        if let declared { bytes.reserveCapacity(min(declared, BodyReader.trustedLength)) }
        let start = ContinuousClock.now
        for try await chunk in request.body {
            guard bytes.count + chunk.readableBytes <= limit else { throw tooLarge }
            if bytes.count + chunk.readableBytes > ticket.bytes {
                // Never beyond the limit: a body that is too large has to be told so, not that there is no room now.
                let wanted = min(bytes.count + max(chunk.readableBytes, BodyReader.step), limit)
                guard ticket.resize(to: wanted) else { throw overloaded }
            }
            chunk.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
            let waited = (ContinuousClock.now - start).components.seconds - Int64(Limits.slowBodySeconds)
            if waited > 0, bytes.count / Limits.slowBodyBytesPerSecond < waited {
                throw IngestFailure(.slowBody, "the body arrives too slowly")
            }
        }
        // The framework ends the body as well where the connection ends.
        if let declared, bytes.count != declared {
            throw IngestFailure(.malformed, "the body has \(bytes.count) bytes, Content-Length says \(declared)")
        }
        _ = ticket.resize(to: bytes.count)
        return (bytes, ticket)
    }

    private func declaredLength(_ headers: HTTPFields) throws(IngestFailure) -> Int? {
        guard let header = headers[.contentLength] else { return nil }
        guard let length = Int(header), length >= 0 else {
            throw IngestFailure(.malformed, "Content-Length \"\(header)\" is no length")
        }
        guard length <= limit else { throw tooLarge }
        return length
    }

    private var tooLarge: IngestFailure { IngestFailure(.tooLarge, "the body is larger than \(limit) bytes") }

    private var overloaded: IngestFailure {
        IngestFailure(.overloaded, "too many bytes of requests are being worked on; try again")
    }
}
