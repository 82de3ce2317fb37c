package import TeleModel

/// The steps of a metric query: `start`, `start + step`, ... up to and including `end`. Unix nanoseconds.
package struct LogSteps: Sendable, Equatable {
    package let start: Int64
    package let step: Int64
    package let count: Int

    /// One point in time.
    package init(instant: Int64) {
        start = instant
        step = 1
        count = 1
    }

    /// nil where the step is not positive or there are more steps than `limit`. As in Loki, start is rounded down and
    /// end up to the step.
    package init?(start: Int64, end: Int64, step: Int64, limit: Int) {
        guard step > 0, end >= start, start >= 0, end < Int64.max - step else { return nil }
        let first = start - start % step
        let last = end % step == 0 ? end : end - end % step + step
        let steps = (last - first) / step + 1
        guard steps <= Int64(limit) else { return nil }
        self.start = first
        self.step = step
        count = Int(steps)
    }

    package func time(_ index: Int) -> Int64 { start + Int64(index) * step }
    package var end: Int64 { time(count - 1) }

    /// The steps `t` whose window `(t - range, t]` holds a moment.
    func windows(holding time: Int64, range: Int64) -> Range<Int> {
        let first = time <= start ? 0 : Int(min(Int64(count), (time - start + step - 1) / step))
        // t < time + range
        let limit = time &+ range - start
        let last = limit <= 0 ? 0 : Int(min(Int64(count), (limit + step - 1) / step))
        return first..<max(first, last)
    }
}

/// A series: a value a step, nil where there is none.
package struct LogSeries: Sendable {
    /// Sorted by name.
    package var labels: [LokiMapping.Pair]
    package var values: [Double?]

    package init(labels: [LokiMapping.Pair], values: [Double?]) {
        self.labels = labels
        self.values = values
    }

    package var key: String { LogStreams.key(labels) }
}

/// What a metric expression comes to.
package enum LogMetricResult: Sendable {
    case scalar(Double)
    case matrix([LogSeries])
}
