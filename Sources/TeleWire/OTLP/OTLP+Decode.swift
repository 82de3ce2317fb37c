package import TeleModel

extension OTLP {
    /// An `ExportLogsServiceRequest`. Throws where the request's structure is broken or passes a limit of a request;
    /// a record that is bad by itself is refused and counted.
    package static func decodeLogs(
        protobuf body: borrowing Span<UInt8>, options: DecodeOptions
    ) throws(WireError) -> Decoded<LogBatch> {
        try check(body.count)
        var decoder = LogDecoder(options: options, bodyBytes: body.count)
        try decoder.request(body.bytes)
        return decoder.finish()
    }

    package static func decodeLogs(
        protobuf body: [UInt8], options: DecodeOptions
    ) throws(WireError) -> Decoded<LogBatch> {
        try decodeLogs(protobuf: body.span, options: options)
    }

    /// An `ExportTraceServiceRequest`, which has the layout of `TracesData`.
    package static func decodeTraces(
        protobuf body: borrowing Span<UInt8>, options: DecodeOptions
    ) throws(WireError) -> Decoded<SpanBatch> {
        try check(body.count)
        var decoder = SpanDecoder(options: options, bodyBytes: body.count)
        try decoder.request(body.bytes)
        return decoder.finish()
    }

    package static func decodeTraces(
        protobuf body: [UInt8], options: DecodeOptions
    ) throws(WireError) -> Decoded<SpanBatch> {
        try decodeTraces(protobuf: body.span, options: options)
    }

    static func check(_ bytes: Int) throws(WireError) {
        guard bytes <= Limits.requestBytes else {
            throw .tooLarge("the body has more than \(Limits.requestBytes) bytes (Limits.requestBytes)", at: 0)
        }
    }
}
