/// Bounds of the sample store, each with its reason.
enum SampleLimits {
    /// Exemplars of a head or segment, all series together: they are samples of samples, not a record.
    static let exemplarBytes = 16 << 20
    /// Exemplars of one series when room gets scarce: about a hundred.
    static let exemplarBytesPerSeries = 10_000
    /// Labels of one exemplar (OpenMetrics says 128 characters; attributes come with OTLP ones).
    static let exemplarLabelBytes = 4096
    /// Metric names with metadata: names come from strangers.
    static let metadataNames = 100_000
    /// Unit and help of a metric together.
    static let metadataBytes = 16 << 10
    /// A native histogram as bytes: two sides of `Limits.bucketsPerHistogram` with 9 bytes each and runs.
    static let histogramBytes = 1 << 20
}
