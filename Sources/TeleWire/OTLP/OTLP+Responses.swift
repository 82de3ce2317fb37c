import TeleModel

/// What an exporter is answered.
extension OTLP {
    /// An `Export…ServiceResponse`. Full success is an empty message: no bytes, or `{}`.
    package static func response(
        _ signal: Signal, rejected: Int = 0, message: String = "", encoding: Encoding
    ) -> [UInt8] {
        if rejected == 0, message.isEmpty { return encoding == .json ? Array("{}".utf8) : [] }
        if encoding == .protobuf {
            var writer = ProtobufWriter()
            writer.message(1) { (partial: inout ProtobufWriter) in
                if rejected != 0 { partial.int64(1, Int64(rejected)) }
                if !message.isEmpty { partial.string(2, message) }
            }
            return writer.bytes
        }
        let name =
            switch signal {
            case .logs: "rejectedLogRecords"
            case .traces: "rejectedSpans"
            case .metrics: "rejectedDataPoints"
            }
        var out = Array("{\"partialSuccess\":{\"\(name)\":\"\(rejected)\",\"errorMessage\":".utf8)
        ValueText.appendQuoted(Array(message.utf8).span, to: &out)
        return out + "}}".utf8
    }

    /// A `google.rpc.Status`, the body of every refusal. `code` is a gRPC status code.
    package static func status(code: Int32, message: String, encoding: Encoding) -> [UInt8] {
        if encoding == .protobuf {
            var writer = ProtobufWriter()
            if code != 0 { writer.int32(1, code) }
            if !message.isEmpty { writer.string(2, message) }
            return writer.bytes
        }
        var out = Array("{\"code\":\(code),\"message\":".utf8)
        ValueText.appendQuoted(Array(message.utf8).span, to: &out)
        out.append(0x7d)
        return out
    }
}
