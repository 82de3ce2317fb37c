internal import TeleEngine
internal import TeleModel
internal import TeleQL

/// What gives rows one at a time, so that there need never be a block of all series and steps.
internal protocol PromRowSource {
    var labels: [LabelSet] { get }
    /// Which rows drop their metric name in the end.
    var dropsName: [Bool] { get }
    /// Works out one row; what there is to note is noted.
    func fill(_ row: inout PromRow, _ series: Int, _ grid: PromGrid, _ evaluator: PromEvaluator)
}

extension PromWindowCall: PromRowSource {
    internal var labels: [LabelSet] { windows.data.labels }

    internal var dropsName: [Bool] {
        function.keepsName ? windows.dropsName : Array(repeating: true, count: windows.data.count)
    }

    internal func fill(_ row: inout PromRow, _ series: Int, _ grid: PromGrid, _ evaluator: PromEvaluator) {
        if isPlain(series) { slide(series, grid, &row) } else { evaluator.slide(self, series, grid, &row) }
        if row.hasOverlaps { evaluator.note(.overlappingStart, windows.data.labels[series], argument) }
        if row.hasValues, function.isCounter { evaluator.noteCounterName(windows.data.labels[series], argument) }
    }
}

/// An instant selector's samples.
internal struct PromSelectorRows: PromRowSource {
    internal var data: SeriesData
    /// When the selector looks.
    internal var at: PromGrid
    internal var lookback: Int64
    internal var reading = PromEvaluator.Reading.values

    internal var labels: [LabelSet] { data.labels }
    internal var dropsName: [Bool] { Array(repeating: reading != .values, count: data.count) }

    /// The last sample of each step's lookback window; a staleness marker is no sample and hides those before it.
    internal func fill(_ row: inout PromRow, _ series: Int, _ grid: PromGrid, _ evaluator: PromEvaluator) {
        let samples = data.offsets[series]..<data.offsets[series + 1]
        let times = data.times.span.extracting(samples)
        let histograms = data.histogramOffsets[series]..<data.histogramOffsets[series + 1]
        guard histograms.isEmpty, reading == .values else { return fillAny(&row, samples, histograms) }
        let values = data.values.span.extracting(samples)
        let place = row.frames.place(times, at, lookback)
        let frame = row.frames[place]
        let lows = frame.lows.span
        let highs = frame.highs.span
        let marker = SampleBatch.staleMarker.bitPattern
        var (outColumn, stateColumn) = row.lendColumns()
        defer { (row.values, row.state) = (outColumn, stateColumn) }
        var out = outColumn.mutableSpan
        var state = stateColumn.mutableSpan
        var hasValues = false
        for step in 0..<lows.count {
            let high = Int(highs[step])
            state[step] = PromBlock.absent
            guard high > Int(lows[step]) else { continue }
            let value = values[high &- 1]
            if value.bitPattern == marker { continue }
            out[step] = value
            state[step] = PromBlock.float
            hasValues = true
        }
        row.hasValues = hasValues
    }

    private func fillAny(_ row: inout PromRow, _ samples: Range<Int>, _ histograms: Range<Int>) {
        row.clear()
        let floatFrame = PromFrame(data.times.span.extracting(samples), at, lookback)
        let histogramFrame = PromFrame(data.histogramTimes.span.extracting(histograms), at, lookback)
        for step in 0..<at.count {
            let (floats, others) = (floatFrame.window(step), histogramFrame.window(step))
            let float = floats.isEmpty ? nil : samples.lowerBound + floats.upperBound - 1
            let histogram = others.isEmpty ? nil : histograms.lowerBound + others.upperBound - 1
            if let float, histogram.map({ data.times[float] >= data.histogramTimes[$0] }) ?? true {
                let value = data.values[float]
                if value.bitPattern == SampleBatch.staleMarker.bitPattern { continue }
                switch reading {
                case .values: row.set(step, value)
                case .times: row.set(step, Double(data.times[float]) / 1000)
                case .starts: row.set(step, Double(data.started.isEmpty ? 0 : data.started[float]) / 1000)
                }
            } else if let histogram {
                let value = data.histograms[histogram]
                if value.sum.bitPattern == SampleBatch.staleMarker.bitPattern { continue }
                switch reading {
                case .values: row.set(step, value)
                case .times: row.set(step, Double(data.histogramTimes[histogram]) / 1000)
                case .starts:
                    row.set(step, Double(data.histogramStarted.isEmpty ? 0 : data.histogramStarted[histogram]) / 1000)
                }
            }
        }
    }
}

extension PromBlock: PromRowSource {
    internal func fill(_ row: inout PromRow, _ series: Int, _ grid: PromGrid, _ evaluator: PromEvaluator) {
        row.clear()
        for step in 0..<steps {
            let cell = series * steps + step
            row.values[step] = values[cell]
            row.state[step] = state[cell]
            if state[cell] == PromBlock.absent { continue }
            row.hasValues = true
            if state[cell] == PromBlock.histogram { row.histograms[step] = histograms[cell] }
        }
    }
}
