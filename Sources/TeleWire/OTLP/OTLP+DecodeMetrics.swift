package import TeleModel

extension OTLP {
    /// An `ExportMetricsServiceRequest`, in Prometheus' shape (``PrometheusMapping``). `rejected` counts data points.
    /// `state` is the server's, kept from request to request.
    package static func decodeMetrics(
        protobuf body: borrowing Span<UInt8>, options: DecodeOptions, state: MetricsState
    ) throws(WireError) -> Decoded<SampleBatch> {
        try check(body.count)
        var decoder = MetricsDecoder(options: options, cache: state.borrow(), deltas: state.deltas)
        do throws(WireError) { try decoder.request(body.bytes) } catch {
            state.giveBack(decoder.cache)
            throw error
        }
        state.giveBack(decoder.cache)
        var decoded = Decoded(
            batch: decoder.batch, rejected: decoder.refusals.count, message: decoder.refusals.message)
        decoded.services = decoder.services
        return decoded
    }

    package static func decodeMetrics(
        protobuf body: [UInt8], options: DecodeOptions, state: MetricsState
    ) throws(WireError) -> Decoded<SampleBatch> {
        try decodeMetrics(protobuf: body.span, options: options, state: state)
    }
}
