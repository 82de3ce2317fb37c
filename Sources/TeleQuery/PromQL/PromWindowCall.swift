internal import TeleEngine
internal import TeleQL

/// A range function with all that it needs, ready to be worked out series by series.
internal struct PromWindowCall {
    internal var function: PromWindowFunction
    internal var windows: PromEvaluator.Windows
    internal var argument: PromExpr
    internal var parameters: [Double]
    internal var others: [Double]

    /// Of floats alone.
    internal func isPlain(_ series: Int) -> Bool {
        windows.data.histogramOffsets[series] == windows.data.histogramOffsets[series + 1]
    }

    /// The values of a plain series.
    internal func slide(_ series: Int, _ grid: PromGrid, _ row: inout PromRow) {
        let samples = windows.data.offsets[series]..<windows.data.offsets[series + 1]
        let times = windows.data.times.span.extracting(samples)
        let place = row.frames.place(times, windows.ends, windows.range, function)
        let frame = row.frames[place]
        if function.extrapolates {
            slideCounter(series, frame, &row)
        } else if function.usesStart, !windows.data.started.isEmpty {
            slideStarted(samples, frame, &row)
        } else if overlaps(times) {
            switch function {
            case .sum: slideParts(PromSumPart.self, samples, frame, grid, &row)
            case .avg: slideParts(PromMeanPart.self, samples, frame, grid, &row)
            case .min: slideParts(PromLeastPart.self, samples, frame, grid, &row)
            case .max: slideParts(PromMostPart.self, samples, frame, grid, &row)
            case .stdvar: slideParts(PromVariancePart.self, samples, frame, grid, &row)
            case .stddev: slideParts(PromDeviationPart.self, samples, frame, grid, &row)
            default: slideWindows(samples, frame, grid, &row)
            }
        } else {
            slideWindows(samples, frame, grid, &row)
        }
    }

    /// Whether windows share enough samples for ``PromSlide`` to pay.
    private func overlaps(_ times: borrowing Span<Int64>) -> Bool {
        guard windows.ends.step > 0, windows.range / 4 > windows.ends.step, times.count > 16 else { return false }
        return (times[times.count - 1] - times[0]) / Int64(times.count) < windows.range / 8
    }

    private func slideParts<Part: PromPart>(
        _: Part.Type, _ samples: Range<Int>, _ frame: PromFrame, _ grid: PromGrid, _ row: inout PromRow
    ) {
        let times = windows.data.times.span.extracting(samples)
        let values = windows.data.values.span.extracting(samples)
        var slide = PromSlide<Part>()
        var (outColumn, stateColumn) = row.lendColumns()
        defer { (row.values, row.state) = (outColumn, stateColumn) }
        var out = outColumn.mutableSpan
        var state = stateColumn.mutableSpan
        var last = 0
        var hasValues = false
        for step in 0..<grid.count {
            let window = frame.window(step)
            state[step] = PromBlock.absent
            defer { last = window.upperBound }
            if window.isEmpty { continue }
            var value = slide.value(values, window.lowerBound, window.upperBound, from: last).result(window.count)
            if !value.isFinite {
                // Infinities, NaN and overflows have rules of their own.
                value = self.value(times, values, window, step, grid) ?? value
            }
            out[step] = value
            state[step] = PromBlock.float
            hasValues = true
        }
        row.hasValues = hasValues
    }

    /// rate, increase and delta: where the counter falls, or starts anew, is found once, and what follows of the times
    /// stands in the frame; a window is a difference and a product then.
    private func slideCounter(_ series: Int, _ frame: PromFrame, _ row: inout PromRow) {
        let samples = windows.data.offsets[series]..<windows.data.offsets[series + 1]
        let times = windows.data.times.span.extracting(samples)
        let values = windows.data.values.span.extracting(samples)
        let hasColumn = function.usesStart && !windows.data.started.isEmpty
        let started = windows.data.started.span.extracting(hasColumn ? samples : 0..<0)
        let begun = function.usesStart && !windows.data.startedAll.isEmpty ? windows.data.startedAll[series] : 0
        let counter = PromCounterPlaces(times, values, started, isCounter: function.isCounter)
        let lows = frame.lows.span
        let highs = frame.highs.span
        let factors = frame.factors.span
        let reaches = frame.reaches.span
        var (outColumn, stateColumn) = row.lendColumns()
        defer { (row.values, row.state) = (outColumn, stateColumn) }
        var out = outColumn.mutableSpan
        var state = stateColumn.mutableSpan
        let resets = counter.resets.span
        let isCounter = function.isCounter
        var next = 0
        var hasValues = false
        var start = windows.ends.start &- windows.range
        for step in 0..<lows.count {
            defer { start = start &+ windows.ends.step }
            let (low, high) = (Int(lows[step]), Int(highs[step]))
            state[step] = PromBlock.absent
            if low == high { continue }
            while next < resets.count, resets[next] <= low { next &+= 1 }
            let begin = begun != 0 || !hasColumn ? begun : started[low]
            let first = values[low]
            var change = values[high &- 1] - first
            var reset = next
            while reset < resets.count, resets[reset] < high {
                change += values[resets[reset] &- 1]
                reset &+= 1
            }
            let mayStart = begin != 0 && begin > start
            if mayStart || high &- low < 2 || isCounter && change > 0 && first >= 0 && first < change * reaches[step] {
                guard
                    let value = function.extrapolated(
                        times, values, low..<high, start, start &+ windows.range, begin: begin,
                        resets: resets.extracting(next..<reset))
                else { continue }
                out[step] = value
            } else {
                out[step] = change * factors[step]
            }
            state[step] = PromBlock.float
            hasValues = true
        }
        row.hasValues = hasValues
        row.hasOverlaps = counter.overlap(in: frame)
    }

    /// irate and resets of counters that say when they started.
    private func slideStarted(_ samples: Range<Int>, _ frame: PromFrame, _ row: inout PromRow) {
        let times = windows.data.times.span.extracting(samples)
        let values = windows.data.values.span.extracting(samples)
        let started = windows.data.started.span.extracting(samples)
        row.clear()
        for step in 0..<windows.ends.count {
            let window = frame.window(step)
            if window.isEmpty { continue }
            if let value = function.value(times, values, started: started, window, &row.hasOverlaps) {
                row.set(step, value)
            }
        }
    }

    private func slideWindows(_ samples: Range<Int>, _ frame: PromFrame, _ grid: PromGrid, _ row: inout PromRow) {
        let times = windows.data.times.span.extracting(samples)
        let values = windows.data.values.span.extracting(samples)
        var (outColumn, stateColumn) = row.lendColumns()
        defer { (row.values, row.state) = (outColumn, stateColumn) }
        var out = outColumn.mutableSpan
        var state = stateColumn.mutableSpan
        var hasValues = false
        for step in 0..<grid.count {
            let window = frame.window(step)
            state[step] = PromBlock.absent
            if window.isEmpty { continue }
            guard let value = value(times, values, window, step, grid) else { continue }
            out[step] = value
            state[step] = PromBlock.float
            hasValues = true
        }
        row.hasValues = hasValues
    }

    /// What the function gives for one window of floats.
    @inline(__always)
    internal func value(
        _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, _ window: Range<Int>, _ step: Int,
        _ grid: PromGrid
    ) -> Double? {
        let end = windows.ends.time(step)
        return function.value(
            times, values, window, start: end &- windows.range, end: end, now: grid.time(step), parameters[step],
            others[step])
    }
}
