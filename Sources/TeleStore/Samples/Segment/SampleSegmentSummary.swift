/// What a segment holds, known without reading its index.
package struct SampleSegmentSummary: Equatable, Sendable {
    package var seriesCount = 0
    /// Float samples and native histograms.
    package var sampleCount = 0
    /// Unix milliseconds, inclusive; `minTime > maxTime` where there are no samples.
    package var minTime = Int64.max
    package var maxTime = Int64.min
    package var exemplarCount = 0
    package var byteCount = 0

    package init() {}
}
