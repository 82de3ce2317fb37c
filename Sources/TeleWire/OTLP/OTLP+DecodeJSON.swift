package import TeleModel

/// The same requests in JSON. Offsets in errors about structure are those of the JSON text.
extension OTLP {
    package static func decodeLogs(
        json body: borrowing Span<UInt8>, options: DecodeOptions
    ) throws(WireError) -> Decoded<LogBatch> {
        try check(body.count)
        return try decodeLogs(
            protobuf: try JSONTranscoder.transcode(body.bytes, message: OTLPSchema.logsRequest), options: options)
    }

    package static func decodeLogs(json body: [UInt8], options: DecodeOptions) throws(WireError) -> Decoded<LogBatch> {
        try decodeLogs(json: body.span, options: options)
    }

    package static func decodeTraces(
        json body: borrowing Span<UInt8>, options: DecodeOptions
    ) throws(WireError) -> Decoded<SpanBatch> {
        try check(body.count)
        return try decodeTraces(
            protobuf: try JSONTranscoder.transcode(body.bytes, message: OTLPSchema.tracesRequest), options: options)
    }

    package static func decodeTraces(
        json body: [UInt8], options: DecodeOptions
    ) throws(WireError) -> Decoded<SpanBatch> {
        try decodeTraces(json: body.span, options: options)
    }

    package static func decodeMetrics(
        json body: borrowing Span<UInt8>, options: DecodeOptions, state: MetricsState
    ) throws(WireError) -> Decoded<SampleBatch> {
        try check(body.count)
        return try decodeMetrics(
            protobuf: try JSONTranscoder.transcode(body.bytes, message: OTLPSchema.metricsRequest),
            options: options, state: state)
    }

    package static func decodeMetrics(
        json body: [UInt8], options: DecodeOptions, state: MetricsState
    ) throws(WireError) -> Decoded<SampleBatch> {
        try decodeMetrics(json: body.span, options: options, state: state)
    }
}
