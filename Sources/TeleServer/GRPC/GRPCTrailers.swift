internal import HTTPTypes

/// How a call ended, in the fields that follow its answer.
enum GRPCTrailers {
    static let success: HTTPFields = [.grpcStatus: "0"]

    static func failure(_ failure: IngestFailure) -> HTTPFields {
        var fields: HTTPFields = [.grpcStatus: "\(failure.code.rawValue)"]
        fields[.grpcMessage] = percentEncoded(failure.message)
        if failure.retryAfter != nil {
            fields[.grpcStatusDetails] = base64(RPCStatus(failure).protobuf)
        }
        return fields
    }

    /// `grpc-message`: printable ASCII but `%` stays, every other byte of the UTF-8 is `%XX`.
    static func percentEncoded(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if (0x20...0x7e).contains(byte), byte != UInt8(ascii: "%") {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(digit(byte >> 4))
                out.append(digit(byte & 15))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x37 + nibble }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// RFC 4648, without padding, as binary fields are sent.
    static func base64(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let group = bytes[at..<min(at + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for _ in 0...group.count {
                out.append(alphabet[Int(bits >> 18 & 63)])
                bits <<= 6
            }
            at += 3
        }
        return String(decoding: out, as: UTF8.self)
    }
}
