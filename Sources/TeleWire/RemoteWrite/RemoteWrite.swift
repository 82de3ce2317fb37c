package import TeleModel

/// Prometheus' remote write, as protobuf within a snappy block, into sample batches: native histograms, exemplars,
/// metadata and start timestamps included. Sources: prometheus/docs/specs/remote_write_spec.md and
/// remote_write_spec_2_0.md, prompb/types.proto, prompb/io/prometheus/write/v2/types.proto.
package enum RemoteWrite {
    package enum Version: Sendable, Equatable {
        /// `prometheus.WriteRequest`: labels stand in every series.
        case one
        /// `io.prometheus.write.v2.Request`: labels are indexes into a table of texts.
        case two

        /// What a `Content-Type` asks for; nil where it is neither. Without a `proto` parameter it is 1.0.
        package init?(contentType: String) {
            var parts = contentType.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard !parts.isEmpty, parts.removeFirst() == "application/x-protobuf" else { return nil }
            self = .one
            for part in parts where part.hasPrefix("proto=") {
                switch part.dropFirst("proto=".count).filter({ $0 != "\"" }) {
                case "prometheus.writerequest": self = .one
                case "io.prometheus.write.v2.request": self = .two
                default: return nil
                }
            }
        }
    }

    /// A request as it comes: a snappy block that may unpack to `limit` bytes.
    ///
    /// Series with bad labels and bad histograms cost themselves only; `rejected` counts their samples.
    ///
    /// - Throws: `WireError` where the request as a whole is refused: nothing of it is kept then.
    package static func decode(
        snappy body: [UInt8], _ version: Version, limit: Int = Limits.requestBytes, options: DecodeOptions
    ) throws(WireError) -> Decoded<SampleBatch> {
        try decode(protobuf: try unpack(body, limit: limit), version, options: options)
    }

    package static func unpack(_ body: [UInt8], limit: Int = Limits.requestBytes) throws(WireError) -> [UInt8] {
        try Snappy.decompress(body.span, limit: limit)
    }

    package static func decode(
        protobuf body: [UInt8], _ version: Version, options: DecodeOptions
    ) throws(WireError) -> Decoded<SampleBatch> {
        try OTLP.check(body.count)
        var decoder = RemoteWriteDecoder(options: options)
        switch version {
        case .one: try decoder.requestOne(body.span)
        case .two: try decoder.requestTwo(body.span)
        }
        return Decoded(batch: decoder.batch, rejected: decoder.rejected, message: decoder.message)
    }
}
