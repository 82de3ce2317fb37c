internal import HTTPTypes
internal import TeleCodec
internal import TeleModel

/// How a request's body is packed.
package enum ContentCoding: Sendable {
    case identity
    case gzip
    case deflate

    /// nil for a coding that is not supported, or for several at once.
    package init?(_ header: String?) {
        switch header?.lowercased().filter({ !$0.isWhitespace }) ?? "" {
        case "", "identity": self = .identity
        case "gzip", "x-gzip": self = .gzip
        case "deflate": self = .deflate
        default: return nil
        }
    }

    package static let accepted = "gzip, deflate, identity"

    /// The body unpacked. What it will take was reserved as ``unpackedGuess(_:limit:)`` says; where a body lies about
    /// that, its share is grown.
    package func unpack(_ body: [UInt8], share: DecodeShare, limit: Int) throws(IngestFailure) -> [UInt8] {
        if self == .identity { return body }
        var room = unpackedGuess(body, limit: limit)
        while true {
            do { return try Gzip.decompress(body.span, limit: room) } catch {
                switch error {
                case .tooLarge where room < limit:
                    room = limit
                    guard share.resize(to: max(share.bytes, limit)) else {
                        throw IngestFailure(.overloaded, "no room for a body that is larger than it says; try again")
                    }
                case .tooLarge:
                    throw IngestFailure(.tooLarge, "the body is larger than \(limit) bytes after decompression")
                case .malformed(let why): throw IngestFailure(.malformed, "Content-Encoding: \(why)")
                }
            }
        }
    }

    /// What the body probably unpacks to: what a gzip member says of itself (RFC 1952, 2.3.1), else a usual ratio.
    package func unpackedGuess(_ body: [UInt8], limit: Int) -> Int {
        if self == .identity { return body.count }
        return min(limit, max(64 << 10, guess(body)))
    }

    private func guess(_ body: [UInt8]) -> Int {
        guard self == .gzip, body.count >= 18 else { return body.count.multipliedReportingOverflow(by: 12).0 }
        var size: UInt32 = 0
        for byte in body.suffix(4).reversed() { size = size << 8 | UInt32(byte) }
        return Int(size)
    }
}

extension HTTPFields {
    /// Whether the client takes gzip answers (RFC 9110, 12.5.3).
    var acceptsGzip: Bool {
        guard let header = self[.acceptEncoding] else { return false }
        return header.lowercased().split(separator: ",").contains { element in
            let parts = element.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let coding = parts.first, coding == "gzip" || coding == "*" else { return false }
            guard let weight = parts.dropFirst().first(where: { $0.hasPrefix("q=") }) else { return true }
            return (Double(weight.dropFirst(2)) ?? 0) > 0
        }
    }
}
