import TeleWire

/// OTLP's Metric message {name 1, unit 3, gauge 5, sum 7, histogram 9, exponential_histogram 10}; all sums and
/// histograms are cumulative (aggregation temporality 2).
struct MetricEncoder {
    let now: UInt64

    /// - Returns: nil when no series has anything to say.
    func encode(_ instrument: InstrumentKey, _ series: [MetricSeries]) -> ExportItem? {
        var points: [(dimensions: [Dimension], state: MetricSeries.State)] = []
        for one in series {
            let state = one.snapshot
            if state.isSet || (instrument.kind != .gauge) { points.append((one.dimensions, state)) }
        }
        guard let first = points.first else { return nil }
        var writer = ProtobufWriter(capacity: 128 * points.count)
        writer.string(1, instrument.label, limit: ClientLimits.nameBytes)
        if instrument.kind == .timer { writer.string(3, "s") }
        writer.message(Self.field(instrument.kind, first.state.value)) { (data: inout ProtobufWriter) in
            for point in points {
                data.message(1) { encode(point.state, point.dimensions, instrument.kind, into: &$0) }
            }
            switch instrument.kind {
            case .gauge: break
            case .counter, .floatCounter:
                data.uint64(2, 2)
                data.bool(3, true)
            case .histogram, .timer: data.uint64(2, 2)
            }
        }
        return ExportItem(scope: "tele", bytes: writer.bytes, records: points.count)
    }

    private static func field(_ kind: InstrumentKind, _ value: MetricValue) -> Int {
        switch kind {
        case .gauge: 5
        case .counter, .floatCounter: 7
        case .histogram, .timer:
            if case .exponential = value { 10 } else { 9 }
        }
    }

    private func encode(
        _ state: MetricSeries.State, _ dimensions: [Dimension], _ kind: InstrumentKind,
        into point: inout ProtobufWriter
    ) {
        switch state.value {
        case .int(let value):
            header(state, kind, into: &point)
            point.sfixed64(6, value)
            attributes(7, dimensions, into: &point)
        case .double(let value):
            header(state, kind, into: &point)
            point.double(4, value)
            attributes(7, dimensions, into: &point)
        case .explicit(let histogram):
            header(state, kind, into: &point)
            point.fixed64(4, histogram.summary.count)
            point.double(5, histogram.summary.sum)
            point.packed(6, fixed64: histogram.counts)
            point.packed(7, double: histogram.bounds)
            attributes(9, dimensions, into: &point)
            extremes(11, histogram.summary, into: &point)
        case .exponential(let histogram):
            attributes(1, dimensions, into: &point)
            header(state, kind, into: &point)
            point.fixed64(4, histogram.summary.count)
            point.double(5, histogram.summary.sum)
            point.sint32(6, Int32(truncatingIfNeeded: histogram.scale))
            point.fixed64(7, histogram.zeroCount)
            buckets(8, histogram.positive, into: &point)
            buckets(9, histogram.negative, into: &point)
            extremes(12, histogram.summary, into: &point)
        }
    }

    /// start_time_unix_nano 2, which a gauge does not have, and time_unix_nano 3.
    private func header(_ state: MetricSeries.State, _ kind: InstrumentKind, into point: inout ProtobufWriter) {
        if kind != .gauge { point.fixed64(2, state.start) }
        point.fixed64(3, now)
    }

    private func attributes(_ field: Int, _ dimensions: [Dimension], into point: inout ProtobufWriter) {
        for dimension in dimensions.prefix(ClientLimits.attributes) {
            point.attribute(field, dimension.key, text: dimension.value)
        }
    }

    private func extremes(_ field: Int, _ summary: HistogramSummary, into point: inout ProtobufWriter) {
        guard summary.count > 0 else { return }
        point.double(field, summary.min)
        point.double(field + 1, summary.max)
    }

    private func buckets(_ field: Int, _ buckets: ExponentialBuckets, into point: inout ProtobufWriter) {
        guard !buckets.counts.isEmpty else { return }
        point.message(field) { (inner: inout ProtobufWriter) in
            inner.sint32(1, Int32(clamping: buckets.offset))
            inner.packed(2, uint64: buckets.counts)
        }
    }
}
