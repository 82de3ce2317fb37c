internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import TeleModel

/// A gRPC message: a byte that says whether it is packed, its length (4 bytes, most significant first), its bytes.
enum GRPCMessage {
    static let prefixBytes = 5

    static func framed(_ message: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0]
        for shift in [24, 16, 8, 0] { out.append(UInt8(truncatingIfNeeded: message.count >> shift)) }
        out.append(contentsOf: message)
        return out
    }

    struct Received: Sendable {
        var isPacked: Bool
        var bytes: [UInt8]
        var ticket: AdmissionTicket
    }

    /// Reads the one message of a unary call: its length is admitted when the prefix has come, before its bytes are.
    struct Reader: Sendable {
        var limit: Int
        var admission: Admission

        private static let trustedLength = 1 << 20

        /// Throws `IngestFailure`, or what the stream throws when it breaks.
        func collect(_ request: Request) async throws -> Received {
            var prefix: [UInt8] = []
            var length = 0
            var received = Received(isPacked: false, bytes: [], ticket: try admit(0))
            let start = ContinuousClock.now
            for try await var chunk in request.body {
                while prefix.count < prefixBytes, let byte = chunk.readInteger(as: UInt8.self) {
                    prefix.append(byte)
                    guard prefix.count == prefixBytes else { continue }
                    length = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
                    received.isPacked = try isPacked(prefix[0], request)
                    guard length <= limit else {
                        throw IngestFailure(.tooLarge, "the message is larger than \(limit) bytes")
                    }
                    received.ticket = try admit(length)
                    received.bytes.reserveCapacity(min(length, Reader.trustedLength))
                }
                guard received.bytes.count + chunk.readableBytes <= length else {
                    throw IngestFailure(.malformed, "more than one message in a unary call")
                }
                chunk.withUnsafeReadableBytes { received.bytes.append(contentsOf: $0) }
                let waited = (ContinuousClock.now - start).components.seconds - Int64(Limits.slowBodySeconds)
                if waited > 0, received.bytes.count / Limits.slowBodyBytesPerSecond < waited {
                    throw IngestFailure(.slowBody, "the message arrives too slowly")
                }
            }
            guard prefix.count == prefixBytes, received.bytes.count == length else {
                throw IngestFailure(.malformed, "the call ends within its message")
            }
            return received
        }

        private func admit(_ bytes: Int) throws(IngestFailure) -> AdmissionTicket {
            guard let ticket = admission.admit(bytes) else {
                throw IngestFailure(.overloaded, "too many bytes of requests are being worked on; try again")
            }
            return ticket
        }

        private func isPacked(_ flag: UInt8, _ request: Request) throws(IngestFailure) -> Bool {
            guard flag <= 1 else { throw IngestFailure(.malformed, "the message's flag is \(flag), not 0 or 1") }
            let encoding = request.headers[.grpcEncoding] ?? "identity"
            guard flag == 0 || encoding.lowercased() != "identity" else {
                throw IngestFailure(.malformed, "the message is flagged as packed, but there is no grpc-encoding")
            }
            return flag == 1
        }
    }
}
