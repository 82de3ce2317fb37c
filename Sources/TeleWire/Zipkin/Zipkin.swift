package import TeleModel

/// Zipkin's v2 format, JSON and protobuf. One bad span refuses the whole list, as Zipkin does.
package enum Zipkin {
    /// Attributes of a span that stand for fields of Zipkin's model which OTLP lacks.
    package static let sharedKey = "zipkin.shared"
    package static let debugKey = "zipkin.debug"
    /// The span came without a timestamp; its start is its first annotation, or when it came.
    package static let untimedKey = "zipkin.untimed"
    /// Endpoints: of the resource, and of the span's other side.
    package static let localIPKey = "net.host.ip"
    package static let localIPv6Key = "net.host.ipv6"
    package static let localPortKey = "net.host.port"
    package static let peerServiceKey = "peer.service"
    package static let peerIPKey = "net.peer.ip"
    package static let peerIPv6Key = "net.peer.ipv6"
    package static let peerPortKey = "net.peer.port"

    /// A JSON list of spans.
    package static func decode(json body: [UInt8], options: DecodeOptions) throws(WireError) -> Decoded<SpanBatch> {
        try OTLP.check(body.count)
        var builder = ZipkinBatch(options)
        try ZipkinJSON.forEachSpan(body) { (span: ZipkinSpan) throws(WireError) in try builder.append(span) }
        return builder.finish()
    }

    /// A `ListOfSpans` message (zipkin-api, zipkin.proto).
    package static func decode(
        protobuf body: [UInt8], options: DecodeOptions
    ) throws(WireError) -> Decoded<SpanBatch> {
        try OTLP.check(body.count)
        var builder = ZipkinBatch(options)
        try ZipkinProtobuf.forEachSpan(body) { (span: ZipkinSpan) throws(WireError) in try builder.append(span) }
        return builder.finish()
    }
}
