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

    internal var isPlain: Bool { windows.edges == .samples && windows.data.histogramTimes.isEmpty }

    /// The values of a plain series.
    internal func slide(_ series: Int, _ grid: PromGrid, _ row: inout PromRow) {
        // Out of the row for the time being: its columns are this function's own then.
        var out = PromRow(steps: 0)
        swap(&out, &row)
        (out.hasValues, out.hasOverlaps) = (false, false)
        if function.extrapolates {
            slideCounter(series, grid, &out)
        } else if function.usesStart, !windows.data.started.isEmpty {
            slideStarted(series, grid, &out)
        } else if overlaps(series) {
            switch function {
            case .sum: slideParts(PromSumPart.self, series, grid, &out) { part, _ in part.sum.value }
            case .avg:
                slideParts(PromSumPart.self, series, grid, &out) { part, count in part.sum.value / Double(count) }
            case .min: slideParts(PromLeastPart.self, series, grid, &out) { part, _ in part.least }
            case .max: slideParts(PromMostPart.self, series, grid, &out) { part, _ in part.most }
            case .stdvar: slideParts(PromVariancePart.self, series, grid, &out) { part, _ in part.value }
            case .stddev: slideParts(PromVariancePart.self, series, grid, &out) { part, _ in part.value.squareRoot() }
            default: slideWindows(series, grid, &out)
            }
        } else {
            slideWindows(series, grid, &out)
        }
        swap(&out, &row)
    }

    /// Whether windows share enough samples for ``PromSlide`` to pay.
    private func overlaps(_ series: Int) -> Bool {
        guard windows.ends.step > 0, windows.range / 4 > windows.ends.step else { return false }
        let (first, bound) = (windows.data.offsets[series], windows.data.offsets[series + 1])
        guard bound - first > 16 else { return false }
        let span = windows.data.times[bound - 1] - windows.data.times[first]
        return span / Int64(bound - first) < windows.range / 8
    }

    @inline(__always)
    private func slideParts<Part: PromPart>(
        _: Part.Type, _ series: Int, _ grid: PromGrid, _ row: inout PromRow, _ finish: (Part, _ count: Int) -> Double
    ) {
        let times = windows.data.times.span
        let values = windows.data.values.span
        let (first, bound) = (windows.data.offsets[series], windows.data.offsets[series + 1])
        var (low, high) = (first, first)
        var slide = PromSlide<Part>()
        var end = windows.ends.start
        for step in 0..<grid.count {
            defer { end = end &+ windows.ends.step }
            let last = high
            while high < bound, times[high] <= end { high &+= 1 }
            while low < high, times[low] <= end &- windows.range { low &+= 1 }
            row.state[step] = PromBlock.absent
            if low == high { continue }
            var value = finish(slide.value(values, low, high, from: last), high - low)
            if !value.isFinite {
                // Infinities, NaN and overflows have rules of their own.
                value =
                    function.value(
                        times, values, low..<high, start: end &- windows.range, end: end, now: grid.time(step),
                        parameters[step], others[step]) ?? value
            }
            row.values[step] = value
            row.state[step] = PromBlock.float
            row.hasValues = true
        }
    }

    /// rate, increase and delta: where the counter falls, or starts anew, is found once; windows look at these places
    /// instead of at all samples.
    private func slideCounter(_ series: Int, _ grid: PromGrid, _ row: inout PromRow) {
        let times = windows.data.times.span
        let values = windows.data.values.span
        let started = windows.data.started.span
        let hasColumn = function.usesStart && started.count > 0
        let begun = function.usesStart && !windows.data.startedAll.isEmpty ? windows.data.startedAll[series] : 0
        let (first, bound) = (windows.data.offsets[series], windows.data.offsets[series + 1])
        var resets: [Int] = []
        var overlaps: [Int] = []
        if function.isCounter, bound > first {
            for i in (first + 1)..<bound {
                if values[i] < values[i - 1]
                    || hasColumn && PromCounterStart.isReset(started[i], times[i], after: started[i - 1], times[i - 1])
                {
                    resets.append(i)
                }
                if hasColumn, PromCounterStart.overlaps(started[i], after: started[i - 1], times[i - 1]) {
                    overlaps.append(i)
                }
            }
        }
        var (low, high) = (first, first)
        var nextReset = 0
        var nextOverlap = 0
        let never: ArraySlice<Int> = []
        var end = windows.ends.start
        for step in 0..<grid.count {
            defer { end = end &+ windows.ends.step }
            let start = end &- windows.range
            while high < bound, times[high] <= end { high &+= 1 }
            while low < high, times[low] <= start { low &+= 1 }
            row.state[step] = PromBlock.absent
            if low == high { continue }
            while nextReset < resets.count, resets[nextReset] <= low { nextReset &+= 1 }
            while nextOverlap < overlaps.count, overlaps[nextOverlap] <= low { nextOverlap &+= 1 }
            if nextOverlap < overlaps.count, overlaps[nextOverlap] < high { row.hasOverlaps = true }
            let falls = nextReset < resets.count ? resets[nextReset...] : never
            let begin = begun != 0 || !hasColumn ? begun : started[low]
            guard
                let value = function.extrapolated(
                    times, values, low..<high, start, end, begin: begin, resets: falls)
            else { continue }
            row.values[step] = value
            row.state[step] = PromBlock.float
            row.hasValues = true
        }
    }

    /// irate and resets of counters that say when they started.
    private func slideStarted(_ series: Int, _ grid: PromGrid, _ row: inout PromRow) {
        let times = windows.data.times.span
        let values = windows.data.values.span
        let started = windows.data.started.span
        let bound = windows.data.offsets[series + 1]
        var (low, high) = (windows.data.offsets[series], windows.data.offsets[series])
        for step in 0..<grid.count {
            let end = windows.ends.time(step)
            while high < bound, times[high] <= end { high &+= 1 }
            while low < high, times[low] <= end &- windows.range { low &+= 1 }
            row.state[step] = PromBlock.absent
            if low == high { continue }
            guard
                let value = function.value(
                    times, values, started: started, low..<high, start: end &- windows.range, end: end,
                    &row.hasOverlaps)
            else { continue }
            row.values[step] = value
            row.state[step] = PromBlock.float
            row.hasValues = true
        }
    }

    private func slideWindows(_ series: Int, _ grid: PromGrid, _ row: inout PromRow) {
        let times = windows.data.times.span
        let values = windows.data.values.span
        let bound = windows.data.offsets[series + 1]
        var (low, high) = (windows.data.offsets[series], windows.data.offsets[series])
        var end = windows.ends.start
        for step in 0..<grid.count {
            defer { end = end &+ windows.ends.step }
            let start = end &- windows.range
            while high < bound, times[high] <= end { high &+= 1 }
            while low < high, times[low] <= start { low &+= 1 }
            row.state[step] = PromBlock.absent
            if low == high { continue }
            guard
                let value = function.value(
                    times, values, low..<high, start: start, end: end, now: grid.time(step), parameters[step],
                    others[step])
            else { continue }
            row.values[step] = value
            row.state[step] = PromBlock.float
            row.hasValues = true
        }
    }
}
