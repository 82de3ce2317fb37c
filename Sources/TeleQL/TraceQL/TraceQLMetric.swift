/// A metrics query: series computed from spans.
package indirect enum TraceQLMetric: Sendable {
    case number(Double)
    case spans(TraceQLSpanMetric)
    case binary(TraceQLOperation, TraceQLMetric, TraceQLMetric)
    /// Keeps the points for which the comparison with a number holds.
    case filter(TraceQLMetric, TraceQLOperation, Double)
    /// The largest (or smallest) series at each point.
    case top(TraceQLMetric, Int, isBottom: Bool)
}

/// What is computed of the spans that a pipeline leaves.
package struct TraceQLSpanMetric: Sendable {
    package enum Function: String, Sendable {
        case rate
        case countOverTime = "count_over_time"
        case minOverTime = "min_over_time"
        case maxOverTime = "max_over_time"
        case avgOverTime = "avg_over_time"
        case sumOverTime = "sum_over_time"
        case quantileOverTime = "quantile_over_time"
        case histogramOverTime = "histogram_over_time"
        case compare

        /// Whether it looks at a value of each span.
        package var needsValue: Bool {
            switch self {
            case .rate, .countOverTime, .compare: false
            default: true
            }
        }
    }

    package var stages: [TraceQLStage]
    package var function: Function
    /// What the function looks at; nil for those that count.
    package var value: TraceQLField?
    package var quantiles: [Double] = []
    package var by: [TraceQLField] = []
    /// `compare`: which spans are the selection, how many values an attribute may show, and the selection's times in
    /// unix nanoseconds, all of the range where nil.
    package var selection: TraceQLSpanset?
    package var topValues = 10
    package var selectionTime: Range<UInt64>?
}
