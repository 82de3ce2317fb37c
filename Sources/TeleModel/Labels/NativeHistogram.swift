/// A Prometheus native histogram sample (also what an OTLP exponential histogram becomes): buckets of growing width,
/// boundary `i` at `2^(i * 2^-schema)`, kept as runs of consecutive indexes and absolute counts.
///
/// Source: prometheus/docs/specs/native_histograms.
package struct NativeHistogram: Hashable, Sendable {
    /// A run of buckets: how many empty ones lie before it (the first: its start index), and how many it has.
    package struct Run: Hashable, Sendable {
        package var offset: Int32
        package var length: UInt32

        package init(offset: Int32, length: UInt32) {
            self.offset = offset
            self.length = length
        }
    }

    /// -4...8, or -53 for custom boundaries.
    package var schema: Int32 = 0
    package var zeroThreshold: Double = 0
    package var zeroCount: Double = 0
    package var count: Double = 0
    package var sum: Double = 0
    package var positiveRuns: [Run] = []
    package var positive: [Double] = []
    package var negativeRuns: [Run] = []
    package var negative: [Double] = []
    /// Upper bounds for schema -53.
    package var bounds: [Double] = []
    /// 0 unknown, 1 reset, 2 no reset, 3 gauge.
    package var resetHint: UInt8 = 0

    package init() {}
}
