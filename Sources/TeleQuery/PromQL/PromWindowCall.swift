internal import TeleEngine
internal import TeleQL

/// A range function with all that it needs, ready to be worked out series by series.
internal struct PromWindowCall {
    internal var function: PromWindowFunction
    internal var windows: PromEvaluator.Windows
    internal var argument: PromExpr
    internal var parameters: [Double]
    internal var others: [Double]

    /// Of plain floats: no histograms, and no start timestamps that matter.
    internal func isPlain(_ series: Int) -> Bool {
        windows.data.histogramOffsets[series] == windows.data.histogramOffsets[series + 1]
            && (windows.data.started.isEmpty || !function.usesStart)
    }

    internal var isPlain: Bool {
        windows.edges == .samples && windows.data.histogramTimes.isEmpty
            && (windows.data.started.isEmpty || !function.usesStart)
    }

    /// The values of a plain series.
    internal func slide(_ series: Int, _ grid: PromGrid, _ row: inout PromRow) {
        let times = windows.data.times.span
        let values = windows.data.values.span
        let first = windows.data.offsets[series]
        let bound = windows.data.offsets[series + 1]
        // Out of the row for the time being: its columns are this function's own then.
        var (rowValues, rowState) = ([Double](), [UInt8]())
        swap(&rowValues, &row.values)
        swap(&rowState, &row.state)
        var hasValues = false
        var low = first
        var high = first
        // Where the counter falls: windows look at these instead of at all samples.
        var resets: [Int] = []
        if function.isCounter, bound > first {
            for i in (first + 1)..<bound where values[i] < values[i - 1] { resets.append(i) }
        }
        var nextReset = 0
        let never: ArraySlice<Int> = []
        let extrapolates = function.extrapolates
        var end = windows.ends.start
        for step in 0..<grid.count {
            defer { end = end &+ windows.ends.step }
            let start = end &- windows.range
            while high < bound, times[high] <= end { high &+= 1 }
            while low < high, times[low] <= start { low &+= 1 }
            rowState[step] = PromBlock.absent
            if low == high { continue }
            var value: Double?
            if extrapolates {
                while nextReset < resets.count, resets[nextReset] <= low { nextReset &+= 1 }
                let falls = nextReset < resets.count ? resets[nextReset...] : never
                value = function.extrapolated(times, values, low..<high, start, end, resets: falls)
            } else {
                value = function.value(
                    times, values, low..<high, start: start, end: end, now: grid.time(step), parameters[step],
                    others[step])
            }
            if let value {
                rowValues[step] = value
                rowState[step] = PromBlock.float
                hasValues = true
            }
        }
        swap(&rowValues, &row.values)
        swap(&rowState, &row.state)
        row.hasValues = hasValues
    }
}
