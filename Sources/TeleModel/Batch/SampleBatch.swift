/// What a metric is, as Prometheus names it.
package enum MetricType: UInt8, Sendable {
    case unknown = 0, counter, gauge, histogram, gaugeHistogram, summary, info, stateSet
}

/// Samples by columns, already in Prometheus' shape: a label set a series, milliseconds, doubles.
/// Native histograms, exemplars and metadata are tables beside.
package struct SampleBatch: Sendable {
    package var heap = ByteHeap()

    /// The distinct series of the batch: canonical label bytes (``LabelSet``) in the heap, and their ``Hash64``.
    package var seriesLabels: [ByteRange] = []
    package var seriesHash: [UInt64] = []

    /// Float samples: index into the series, unix milliseconds, value. Staleness markers are ``staleMarker``.
    package var series: [UInt32] = []
    package var time: [Int64] = []
    package var value: [Double] = []
    /// When the counter behind the sample started, unix milliseconds; 0 where not known.
    package var started: [Int64] = []

    /// Native histogram samples: ``NativeHistogram/encode(into:)`` in the heap.
    package var histogramSeries: [UInt32] = []
    package var histogramTime: [Int64] = []
    package var histogramStarted: [Int64] = []
    package var histogram: [ByteRange] = []

    package var exemplarSeries: [UInt32] = []
    package var exemplarTime: [Int64] = []
    package var exemplarValue: [Double] = []
    /// Canonical label bytes; trace and span ids are the labels `trace_id` and `span_id`.
    package var exemplarLabels: [ByteRange] = []

    /// Metadata of metric names (families, as `/api/v1/metadata` has them).
    package var metadataName: [ByteRange] = []
    package var metadataType: [UInt8] = []
    package var metadataUnit: [ByteRange] = []
    package var metadataHelp: [ByteRange] = []

    package init() {}

    /// Float samples and histograms.
    package var count: Int { time.count + histogramTime.count }

    /// The NaN that ends a series (Prometheus `value.StaleNaN`).
    package static let staleMarker = Double(bitPattern: 0x7ff0_0000_0000_0002)
}
