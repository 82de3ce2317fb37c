internal import TeleEngine
internal import TeleModel
internal import TeleQL

extension PromEvaluator {
    /// Slides a function over the windows of each series.
    internal func evaluate(
        _ function: PromWindowFunction, _ call: PromCall, _ grid: PromGrid
    ) throws(PromFailure) -> PromBlock {
        var argument = call.arguments[0]
        var parameters = [Double](repeating: 0, count: grid.count)
        var others = parameters
        switch function {
        case .quantile:
            parameters = try scalar(call.arguments[0], grid)
            argument = call.arguments[1]
            for q in parameters where !(q >= 0 && q <= 1) { warnQuantile(q, call.arguments[0]) }
        case .predictLinear: parameters = try scalar(call.arguments[1], grid)
        case .smoothing:
            parameters = try scalar(call.arguments[1], grid)
            others = try scalar(call.arguments[2], grid)
            for (a, b) in zip(parameters, others) {
                if !(a > 0 && a < 1) {
                    throw .execution("invalid smoothing factor. Expected: 0 < sf < 1, got: \(FloatText.string(a))")
                }
                if !(b > 0 && b < 1) {
                    throw .execution("invalid trend factor. Expected: 0 < tf < 1, got: \(FloatText.string(b))")
                }
            }
        default: break
        }
        let windows = try windows(argument, grid)
        try charge(bytes: windows.data.count * grid.count * 9)
        if windows.edges != .samples { return try edged(function, windows, grid) }
        var out = PromBlock(steps: grid.count)
        for series in 0..<windows.data.count {
            let drops = !function.keepsName || windows.dropsName[series]
            let row = out.addRow(windows.data.labels[series], dropsName: drops)
            if series & 255 == 255 { try charge() }
            slide(&out, row, function, windows, series, grid, argument, parameters, others)
            if function.isCounter, !out.isEmpty(row: row) { noteCounterName(windows.data.labels[series], argument) }
        }
        return out.droppingEmptyRows()
    }

    private func slide(
        _ out: inout PromBlock, _ row: Int, _ function: PromWindowFunction, _ windows: Windows, _ series: Int,
        _ grid: PromGrid, _ argument: PromExpr, _ parameters: [Double], _ others: [Double]
    ) {
        let data = windows.data
        let times = data.times.span
        let values = data.values.span
        let bound = data.offsets[series + 1]
        var low = data.offsets[series]
        var high = low
        if data.histogramTimes.isEmpty {
            return slideFloats(&out, row, function, windows, series, grid, parameters, others)
        }
        let histogramBound = data.histogramOffsets[series + 1]
        var lowHistogram = data.histogramOffsets[series]
        var highHistogram = lowHistogram
        for step in 0..<windows.ends.count {
            let end = windows.ends.time(step)
            let start = end &- windows.range
            while high < bound, times[high] <= end { high += 1 }
            while low < high, times[low] <= start { low += 1 }
            while highHistogram < histogramBound, data.histogramTimes[highHistogram] <= end { highHistogram += 1 }
            while lowHistogram < highHistogram, data.histogramTimes[lowHistogram] <= start { lowHistogram += 1 }
            if lowHistogram < highHistogram, function.ignoresHistograms {
                if low < high { noteIgnored(windows.data.labels[series], argument) }
            } else if lowHistogram < highHistogram {
                slideHistograms(&out, row, step, function, windows, low..<high, lowHistogram..<highHistogram)
                continue
            }
            if let value = function.value(
                times, values, low..<high, start: start, end: end, now: grid.time(step), parameters[step],
                others[step])
            {
                out.set(row, step, value)
            }
        }
    }

    /// The common case: no histograms anywhere. Values go to a row beside the block, which costs no checks of the
    /// block's columns for each step.
    private func slideFloats(
        _ out: inout PromBlock, _ row: Int, _ function: PromWindowFunction, _ windows: Windows, _ series: Int,
        _ grid: PromGrid, _ parameters: [Double], _ others: [Double]
    ) {
        let times = windows.data.times.span
        let values = windows.data.values.span
        let bound = windows.data.offsets[series + 1]
        let first = windows.data.offsets[series]
        var low = first
        var high = low
        var rowValues = [Double](repeating: 0, count: grid.count)
        var rowState = [UInt8](repeating: PromBlock.absent, count: grid.count)
        // Without a reset in the whole series no window has to look for one.
        var mayReset = false
        if function.isCounter, bound > first {
            for i in (first + 1)..<bound where values[i] < values[i - 1] { mayReset = true }
        }
        for step in 0..<grid.count {
            let end = windows.ends.time(step)
            let start = end &- windows.range
            while high < bound, times[high] <= end { high += 1 }
            while low < high, times[low] <= start { low += 1 }
            if low == high { continue }
            let value =
                function.extrapolates
                ? function.extrapolated(times, values, low..<high, start, end, mayReset: mayReset)
                : function.value(
                    times, values, low..<high, start: start, end: end, now: grid.time(step), parameters[step],
                    others[step])
            if let value {
                rowValues[step] = value
                rowState[step] = PromBlock.float
            }
        }
        out.fill(row, rowValues, rowState)
    }

    internal func warnQuantile(_ q: Double, _ argument: PromExpr) {
        warnings.insert(
            "PromQL warning: quantile value should be between 0 and 1, got \(FloatText.string(q)) \(place(argument))")
    }

    private func noteIgnored(_ labels: LabelSet, _ argument: PromExpr) {
        infos.insert(
            "PromQL info: ignored histograms in a range containing both floats and histograms for metric name "
                + "\(PromPrinter.quote(labels["__name__"] ?? "")) \(place(argument))")
    }

    private func noteCounterName(_ labels: LabelSet, _ argument: PromExpr) {
        guard let name = labels["__name__"], !name.isEmpty else { return }
        if let type = labels["__type__"] {
            if type == "counter" || type == "histogram" || type == "unknown" { return }
        }
        for suffix in ["_total", "_sum", "_count", "_bucket"] where name.hasSuffix(suffix) { return }
        infos.insert(
            "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
                + "\(PromPrinter.quote(name)) \(place(argument))")
    }

    /// What windows with histograms give; mixed with floats only counts and single samples do.
    private func slideHistograms(
        _ out: inout PromBlock, _ row: Int, _ step: Int, _ function: PromWindowFunction, _ windows: Windows,
        _ floats: Range<Int>, _ histograms: Range<Int>
    ) {
        let data = windows.data
        switch function {
        case .count: out.set(row, step, Double(floats.count + histograms.count))
        case .present: out.set(row, step, 1)
        case .last:
            let last = histograms.upperBound - 1
            if let float = floats.last, data.times[float] > data.histogramTimes[last] {
                out.set(row, step, data.values[float])
            } else {
                out.set(row, step, data.histograms[last])
            }
        case .first:
            let first = histograms.lowerBound
            if let float = floats.first, data.times[float] < data.histogramTimes[first] {
                out.set(row, step, data.values[float])
            } else {
                out.set(row, step, data.histograms[first])
            }
        default:
            guard floats.isEmpty else {
                warnings.insert("PromQL warning: encountered a mix of histograms and floats for metric name")
                return
            }
            let end = windows.ends.time(step)
            let window = PromHistogramWindow(
                times: data.histogramTimes[histograms], values: data.histograms[histograms],
                start: end &- windows.range, end: end)
            switch window.value(function) {
            case .histogram(let value): out.set(row, step, value)
            case .float(let value): out.set(row, step, value)
            case nil: break
            }
        }
    }

    /// `anchored` and `smoothed` windows: the value at the window's edges is the sample before, or lies on the line
    /// between the samples around.
    private func edged(
        _ function: PromWindowFunction, _ windows: Windows, _ grid: PromGrid
    ) throws(PromFailure) -> PromBlock {
        guard [.rate, .increase, .delta, .resets, .changes].contains(function) else {
            throw .execution(
                "\(windows.edges == .anchored ? "anchored" : "smoothed") modifier can only be used with: "
                    + "changes, delta, increase, rate, resets - not with \(function.rawValue)")
        }
        var out = PromBlock(steps: grid.count)
        for series in 0..<windows.data.count {
            if series & 15 == 15 { try charge() }
            let row = out.addRow(windows.data.labels[series], dropsName: true)
            let range = windows.data.offsets[series]..<windows.data.offsets[series + 1]
            let times = Array(windows.data.times[range])
            let values = Array(windows.data.values[range])
            for step in 0..<grid.count {
                let end = windows.ends.time(step)
                let value = PromEdgeWindow(
                    times: times, values: values, start: end &- windows.range, end: end, lookback: options.lookback,
                    isSmoothed: windows.edges == .smoothed, isCounter: function.isCounter
                ).value(function)
                if let value { out.set(row, step, value) }
            }
        }
        return out.droppingEmptyRows()
    }
}
