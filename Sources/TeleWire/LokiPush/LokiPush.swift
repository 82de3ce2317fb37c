package import TeleModel

/// Loki's push format, as JSON and as protobuf within a snappy block, into log batches: each stream becomes a resource
/// of origin ``ResourceOrigin/lokiStream``, structured metadata the attributes of its records.
/// Sources: grafana/loki `pkg/push/push.proto`, "Push API" of the documentation.
package enum LokiPush {
    /// `{"streams": [{"stream": {name: value}, "values": [["ns", "line", {name: value}]]}]}`.
    ///
    /// - Throws: `WireError` where the request as a whole is refused: nothing of it is kept then.
    package static func decode(json body: [UInt8], options: DecodeOptions) throws(WireError) -> Decoded<LogBatch> {
        try OTLP.check(body.count)
        var builder = LokiPushBuilder(options: options)
        var reader = JSONReader(body.span.bytes)
        try json(&reader, &builder)
        return builder.finish()
    }

    /// A `PushRequest`, not yet unpacked. What it unpacks to may be `limit` bytes.
    package static func decode(
        snappy body: [UInt8], limit: Int = Limits.requestBytes, options: DecodeOptions
    ) throws(WireError) -> Decoded<LogBatch> {
        try decode(protobuf: Snappy.decompress(body.span, limit: limit), options: options)
    }

    /// A `PushRequest`: streams 1 (labels 1, entries 2 (timestamp 1 (seconds 1, nanos 2), line 2, metadata 3 (name 1,
    /// value 2))).
    package static func decode(protobuf body: [UInt8], options: DecodeOptions) throws(WireError) -> Decoded<LogBatch> {
        try OTLP.check(body.count)
        var builder = LokiPushBuilder(options: options)
        var reader = ProtobufReader(body.span.bytes)
        try protobuf(&reader, &builder)
        return builder.finish()
    }
}
