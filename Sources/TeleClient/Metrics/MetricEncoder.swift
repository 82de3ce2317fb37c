import TeleWire

/// OTLP's Metric message {name 1, unit 3, gauge 5, sum 7, histogram 9, exponential_histogram 10}; sums and
/// histograms say their temporality, 1 for deltas and 2 for what is cumulative.
struct MetricEncoder {
    let now: UInt64
    let temporality: TeleConfiguration.Temporality

    /// - Returns: nil when no series has anything to say.
    func encode(_ instrument: InstrumentKey, _ series: [MetricSeries]) -> ExportItem? {
        var points: [(dimensions: [Dimension], state: MetricSeries.State)] = []
        for one in series {
            let state = one.collect(temporality, now: now)
            if state.isSet || (instrument.kind != .gauge && temporality == .cumulative) {
                points.append((one.dimensions, state))
            }
        }
        guard let first = points.first else { return nil }
        var writer = ProtobufWriter(capacity: 128 * points.count)
        writer.string(1, instrument.label, limit: ClientLimits.nameBytes)
        if let unit = instrument.kind == .timer ? "s" : Self.units[instrument.label] { writer.string(3, unit) }
        writer.message(Self.field(instrument.kind, first.state.value)) { (data: inout ProtobufWriter) in
            for point in points {
                data.message(1) { encode(point.state, point.dimensions, instrument.kind, into: &$0) }
            }
            switch instrument.kind {
            case .gauge: break
            case .counter, .floatCounter:
                data.uint64(2, temporality == .delta ? 1 : 2)
                data.bool(3, true)
            case .histogram, .timer: data.uint64(2, temporality == .delta ? 1 : 2)
            }
        }
        return ExportItem(scope: "tele", bytes: writer.bytes, records: points.count)
    }

    /// Of the metrics that the client makes itself.
    private static let units = [
        "process.cpu.time": "s", "process.uptime": "s", "swift.concurrency.delay": "s", "process.memory.usage": "By",
        "process.memory.virtual": "By", "tele.client.queue.bytes": "By",
        "tele.client.spilled.bytes": "By", "process.thread.count": "{thread}",
        "process.open_file_descriptor.count": "{file_descriptor}", "process.paging.faults": "{fault}",
        "process.context_switches": "{context_switch}",
    ]

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
            exemplars(5, state, into: &point)
            point.sfixed64(6, value)
            attributes(7, dimensions, into: &point)
        case .double(let value):
            header(state, kind, into: &point)
            point.double(4, value)
            exemplars(5, state, into: &point)
            attributes(7, dimensions, into: &point)
        case .explicit(let histogram):
            header(state, kind, into: &point)
            point.fixed64(4, histogram.summary.count)
            point.double(5, histogram.summary.sum)
            point.packed(6, fixed64: histogram.counts)
            point.packed(7, double: histogram.bounds)
            exemplars(8, state, into: &point)
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
            exemplars(11, state, into: &point)
            extremes(12, histogram.summary, into: &point)
        }
    }

    /// start_time_unix_nano 2, which a gauge does not have, and time_unix_nano 3.
    private func header(_ state: MetricSeries.State, _ kind: InstrumentKind, into point: inout ProtobufWriter) {
        if kind != .gauge { point.fixed64(2, state.start) }
        point.fixed64(3, now)
    }

    /// Exemplar {time 2, value 3, span 4, trace 5}.
    private func exemplars(_ field: Int, _ state: MetricSeries.State, into point: inout ProtobufWriter) {
        for (_, exemplar) in state.exemplars.taken {
            point.message(field) { (inner: inout ProtobufWriter) in
                inner.fixed64(2, exemplar.time)
                inner.double(3, exemplar.value)
                inner.spanID(4, exemplar.spanID)
                inner.traceID(5, exemplar.traceID)
            }
        }
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
