/// The times of a metrics answer: bins `(t - step, t]`, each labelled by its end.
package struct TraceMetricGrid: Sendable, Equatable {
    /// Unix nanoseconds: the open lower bound of the first bin.
    package let start: UInt64
    package let step: UInt64
    package let count: Int

    /// A range query: the start is rounded down to the step, the end up. nil where the times make no bins.
    package init?(from start: UInt64, to end: UInt64, step: UInt64) {
        guard step > 0, end > start else { return nil }
        self.start = start / step * step
        self.step = step
        let bins = (end - self.start - 1) / step + 1
        guard bins <= UInt64(Int32.max), !bins.multipliedReportingOverflow(by: step).overflow,
            !self.start.addingReportingOverflow(bins * step).overflow
        else { return nil }
        count = Int(bins)
    }

    /// An instant query: one bin over the whole range.
    package init?(whole start: UInt64, to end: UInt64) {
        guard end > start, end < .max else { return nil }
        self.start = start
        step = end - start
        count = 1
    }

    /// The times that fall into bins.
    package var range: Range<UInt64> {
        let end = start + step * UInt64(count)
        return start &+ 1..<(end == .max ? end : end + 1)
    }

    /// The bin of a time within ``range``.
    package func bin(_ time: UInt64) -> Int { Int((time - start - 1) / step) }

    /// Unix milliseconds of a bin's end.
    package func milliseconds(_ bin: Int) -> Int64 {
        Int64(clamping: (start + step * UInt64(bin + 1)) / 1_000_000)
    }

    package var stepSeconds: Double { Double(step) / 1e9 }
}
