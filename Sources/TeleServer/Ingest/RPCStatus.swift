internal import TeleAPI
internal import TeleModel

/// A `google.rpc.Status`: the error body of OTLP/HTTP and the `grpc-status-details-bin` of gRPC.
package struct RPCStatus: Sendable {
    package var code: RPCCode
    package var message: String
    /// Seconds of a `google.rpc.RetryInfo` detail.
    package var retryAfter: Int?

    package init(_ failure: IngestFailure) {
        code = failure.code
        message = failure.message
        retryAfter = failure.retryAfter
    }

    /// `code` is field 1, `message` 2, `details` (each an Any: type URL 1, value 2) 3; RetryInfo's delay is its field
    /// 1, a Duration whose seconds are field 1.
    package var protobuf: [UInt8] {
        var out: [UInt8] = []
        out.append(0x08)
        Varint.append(UInt64(code.rawValue), to: &out)
        RPCStatus.append(field: 2, Array(message.utf8), to: &out)
        if let retryAfter {
            var delay: [UInt8] = [0x08]
            Varint.append(UInt64(retryAfter), to: &delay)
            var info: [UInt8] = []
            RPCStatus.append(field: 1, delay, to: &info)
            var detail: [UInt8] = []
            RPCStatus.append(field: 1, Array("type.googleapis.com/google.rpc.RetryInfo".utf8), to: &detail)
            RPCStatus.append(field: 2, info, to: &detail)
            RPCStatus.append(field: 3, detail, to: &out)
        }
        return out
    }

    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("code")
        writer.int(code.rawValue)
        writer.key("message")
        writer.string(message)
        if let retryAfter {
            writer.key("details")
            writer.beginArray()
            writer.beginObject()
            writer.key("@type")
            writer.string("type.googleapis.com/google.rpc.RetryInfo")
            writer.key("retryDelay")
            writer.string("\(retryAfter)s")
            writer.endObject()
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }

    /// A length-delimited field.
    static func append(field: UInt64, _ bytes: [UInt8], to out: inout [UInt8]) {
        Varint.append(field << 3 | 2, to: &out)
        Varint.append(UInt64(bytes.count), to: &out)
        out.append(contentsOf: bytes)
    }
}
