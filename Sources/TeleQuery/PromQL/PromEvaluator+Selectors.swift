internal import TeleEngine
internal import TeleModel
internal import TeleQL

extension PromEvaluator {
    /// When a selector looks at each step of a grid: `times` plus what `@` and `offset` make of it.
    internal func shifted(_ grid: PromGrid, _ at: PromAt?, _ offset: PromDuration?) throws(PromFailure) -> PromGrid {
        var out = grid
        switch at {
        case nil: break
        case .start: out = PromGrid(start: query.start, step: 0, count: grid.count)
        case .end: out = PromGrid(start: query.end, step: 0, count: grid.count)
        case .time(let time): out = PromGrid(start: time, step: 0, count: grid.count)
        }
        if let offset { out.start = PromEvaluator.clamp(out.start.subtractingSaturated(try milliseconds(offset))) }
        return out
    }

    /// Keeps times far from the ends of Int64, so that sums with ranges never overflow.
    internal static func clamp(_ time: Int64) -> Int64 { min(max(time, -(1 << 61)), 1 << 61) }

    internal func load(_ matchers: [Matcher], _ time: ClosedRange<Int64>) throws(PromFailure) -> SeriesData {
        do throws(EngineError) {
            let data = try snapshot.select(SeriesSelection(matchers: matchers, time: time), budget: budget)
            try budget.check(series: data.count)
            return data
        } catch {
            throw .engine(error)
        }
    }

    /// What an instant selector gives: values, or when they were sampled, or when their counters started.
    internal enum Reading {
        case values, times, starts
    }

    internal func instant(
        _ selector: PromSelector, _ grid: PromGrid, _ reading: Reading = .values, place: PromExpr? = nil
    ) throws(PromFailure) -> PromBlock {
        var (data, at) = try samples(selector, grid)
        if reading == .starts { data.spreadStarts { _, _ in true } }
        return try block(selector, data, at, reading, place)
    }

    /// What an instant selector looks at, and when.
    internal func samples(
        _ selector: PromSelector, _ grid: PromGrid
    ) throws(PromFailure) -> (SeriesData, PromGrid) {
        let (time, at) = try times(selector, grid)
        return (resets(try load(selector.matchers, time)), at)
    }

    /// The times of the samples that an instant selector looks at, and when it does.
    internal func times(
        _ selector: PromSelector, _ grid: PromGrid
    ) throws(PromFailure) -> (ClosedRange<Int64>, PromGrid) {
        let at = try shifted(grid, selector.at, selector.offset)
        let after = selector.edges == .smoothed ? options.lookback : 0
        let last = PromEvaluator.clamp(max(at.end, at.start) &+ after)
        return ((at.start &- options.lookback &+ 1)...last, at)
    }

    internal func block(
        _ selector: PromSelector, _ data: SeriesData, _ at: PromGrid, _ reading: Reading, _ place: PromExpr?
    ) throws(PromFailure) -> PromBlock {
        try charge(bytes: data.count * at.count * 9)
        var out = PromBlock(steps: at.count)
        out.reserve(rows: data.count)
        if selector.edges == .smoothed {
            for series in 0..<data.count {
                let row = out.addRow(data.labels[series], dropsName: reading != .values)
                smooth(&out, row, data.withoutStaleMarkers(series), at, place ?? PromExpr(.string(""), range: 0..<0))
            }
            return out.droppingEmptyRows()
        }
        let source = PromSelectorRows(data: data, at: at, lookback: options.lookback, reading: reading)
        var row = PromRow(steps: at.count)
        for series in 0..<data.count {
            if series & 255 == 255 { try charge() }
            source.fill(&row, series, at, self)
            if row.hasValues { out.append(data.labels[series], dropsName: reading != .values, row) }
        }
        return out
    }

    /// The value on the line between the samples around each step.
    private func smooth(
        _ out: inout PromBlock, _ row: Int, _ points: [PromPoint], _ at: PromGrid, _ place: PromExpr
    ) {
        var next = 0
        for step in 0..<at.count {
            let time = at.time(step)
            while next < points.count, points[next].time <= time { next += 1 }
            guard next > 0, points[next - 1].time > time &- options.lookback else { continue }
            let before = points[next - 1]
            var sample: PromSample? = before.sample
            if before.time < time, next < points.count, points[next].time <= time &+ options.lookback {
                var notes: Set<PromNote> = []
                var isCounter = false
                if case .histogram(let histogram) = before.sample { isCounter = !histogram.isGauge }
                sample = PromEdgeWindow.between(before, points[next], at: time, isCounter: isCounter, &notes)
                for found in notes { note(found, out.labels[row], place) }
            }
            switch sample {
            case .float(let value): out.set(row, step, value)
            case .histogram(let value): out.set(row, step, value)
            case nil: break
            }
        }
    }

    /// With the reset hints that follow from the samples before, where only they are wanted.
    internal func resets(_ data: SeriesData) -> SeriesData {
        guard wantsResets, !data.histograms.isEmpty else { return data }
        var out = data
        for series in 0..<data.count {
            let range = data.histogramOffsets[series]..<data.histogramOffsets[series + 1]
            for i in range.dropFirst() where data.histograms[i].resetHint == 0 {
                out.histograms[i].resetHint = data.histograms[i].isReset(after: data.histograms[i - 1]) ? 1 : 2
            }
        }
        return out
    }

    // MARK: Range vectors

    /// What a range function works on: samples, and the windows `(end - range, end]` of each step.
    internal struct Windows {
        var data: SeriesData
        /// The windows' ends.
        var ends: PromGrid
        var range: Int64
        var edges = PromEdges.samples
        /// Where the argument is a selector; a subquery's inner rows may have had their names dropped.
        var dropsName: [Bool]

        /// These windows over a selector's samples.
        func holding(_ data: SeriesData) -> Windows {
            var out = self
            out.data = data.withoutStaleMarkers().withUsefulStarts(ends.start.subtractingSaturated(range))
            out.dropsName = Array(repeating: false, count: data.count)
            return out
        }
    }

    internal func windows(_ argument: PromExpr, _ grid: PromGrid) throws(PromFailure) -> Windows {
        let argument = argument.unwrapped
        switch argument.kind {
        case .matrix(let selector, let range):
            let (time, frame) = try frame(selector, range, grid)
            return frame.holding(resets(try load(selector.matchers, time)))
        case .subquery(let subquery): return try windows(subquery, grid)
        default: throw .execution("expected a range vector")
        }
    }

    /// The times of the samples that a range selector looks at, and its windows, without samples yet.
    internal func frame(
        _ selector: PromSelector, _ range: PromDuration, _ grid: PromGrid
    ) throws(PromFailure) -> (ClosedRange<Int64>, Windows) {
        let ends = try shifted(grid, selector.at, selector.offset)
        let length = try milliseconds(range)
        if length <= 0 { throw .execution("duration must be greater than 0") }
        let extra = selector.edges == .samples ? 0 : options.lookback
        let after = selector.edges == .smoothed ? options.lookback : 0
        let first = PromEvaluator.clamp(ends.start.subtractingSaturated(length.addingSaturated(extra))) &+ 1
        let last = PromEvaluator.clamp(max(ends.end, ends.start) &+ after)
        let windows = Windows(data: SeriesData(), ends: ends, range: length, edges: selector.edges, dropsName: [])
        return (min(first, ends.end)...last, windows)
    }

    private func windows(_ subquery: PromSubquery, _ grid: PromGrid) throws(PromFailure) -> Windows {
        let ends = try shifted(grid, subquery.at, subquery.offset)
        let range = try milliseconds(subquery.range)
        var step = options.subqueryStep
        if let wanted = subquery.step { step = try milliseconds(wanted) }
        if range <= 0 || step <= 0 { throw .execution("duration must be greater than 0") }
        // Steps are multiples of the step, whatever the query's times: the first one within the first window.
        let low = PromEvaluator.clamp(ends.start.subtractingSaturated(range))
        let start = PromEvaluator.floor(low, step) &+ step
        let span = max(0, ends.end &- start)
        let count = ends.end < start ? 0 : span / step + 1
        if count > Limits.querySteps { throw .execution("subquery has more than \(Limits.querySteps) steps") }
        let inner = PromGrid(start: start, step: step, count: Int(count))
        var data = SeriesData()
        guard count > 0 else { return Windows(data: data, ends: ends, range: range, dropsName: []) }
        let block: PromBlock
        let stats = wantsResets
        wantsResets = false
        defer { wantsResets = stats }
        switch try evaluate(subquery.inner, inner) {
        case .vector(let vector): block = vector
        case .scalar(let values):
            var single = PromBlock(steps: inner.count)
            _ = single.addRow(.empty, dropsName: false)
            single.values = values
            single.state = Array(repeating: PromBlock.float, count: inner.count)
            block = single
        case .string: throw .execution("subquery of a string")
        }
        for row in 0..<block.count {
            data.labels.append(block.labels[row])
            for step in 0..<inner.count {
                switch block.state[row * inner.count + step] {
                case PromBlock.float:
                    data.times.append(inner.time(step))
                    data.values.append(block.values[row * inner.count + step])
                case PromBlock.histogram:
                    data.histogramTimes.append(inner.time(step))
                    var histogram = block.histograms[row * inner.count + step] ?? NativeHistogram()
                    // Between steps there may be samples that the hint does not know of.
                    if !histogram.isGauge { histogram.resetHint = 0 }
                    data.histograms.append(histogram)
                default: break
                }
            }
            data.offsets.append(data.times.count)
            data.histogramOffsets.append(data.histogramTimes.count)
        }
        return Windows(data: data, ends: ends, range: range, dropsName: block.dropsName)
    }

    internal static func floor(_ time: Int64, _ step: Int64) -> Int64 {
        let rest = time % step
        return rest < 0 ? time - rest - step : time - rest
    }

    /// The samples of a range vector at one time, for an instant query.
    internal func samples(_ expression: PromExpr, _ grid: PromGrid) throws(PromFailure) -> SeriesData {
        let windows = try windows(expression, grid)
        let (low, high) = (windows.ends.start &- windows.range, windows.ends.start)
        var out = SeriesData()
        for series in 0..<windows.data.count {
            let data = windows.data
            for i in data.offsets[series]..<data.offsets[series + 1] where data.times[i] > low && data.times[i] <= high
            {
                out.times.append(data.times[i])
                out.values.append(data.values[i])
            }
            for i in data.histogramOffsets[series]..<data.histogramOffsets[series + 1]
            where data.histogramTimes[i] > low && data.histogramTimes[i] <= high {
                out.histogramTimes.append(data.histogramTimes[i])
                out.histograms.append(data.histograms[i])
            }
            if out.times.count == out.offsets[out.offsets.count - 1],
                out.histogramTimes.count == out.histogramOffsets[out.histogramOffsets.count - 1]
            {
                continue
            }
            out.labels.append(windows.dropsName[series] ? data.labels[series].removingName() : data.labels[series])
            out.offsets.append(out.times.count)
            out.histogramOffsets.append(out.histogramTimes.count)
        }
        return out
    }
}

extension SeriesData {
    internal func withoutStaleMarkers() -> SeriesData {
        let marker = SampleBatch.staleMarker.bitPattern
        let hasMarkers =
            values.contains { $0.bitPattern == marker } || histograms.contains { $0.sum.bitPattern == marker }
        guard hasMarkers else { return self }
        var out = SeriesData()
        out.labels = labels
        out.startedAll = startedAll
        for series in 0..<count {
            for i in offsets[series]..<offsets[series + 1] where values[i].bitPattern != marker {
                out.times.append(times[i])
                out.values.append(values[i])
                if !started.isEmpty { out.started.append(started[i]) }
            }
            for i in histogramOffsets[series]..<histogramOffsets[series + 1]
            where histograms[i].sum.bitPattern != marker {
                out.histogramTimes.append(histogramTimes[i])
                out.histograms.append(histograms[i])
                if !histogramStarted.isEmpty { out.histogramStarted.append(histogramStarted[i]) }
            }
            out.offsets.append(out.times.count)
            out.histogramOffsets.append(out.histogramTimes.count)
        }
        return out
    }

    internal func withoutStaleMarkers(_ series: Int) -> [PromPoint] {
        let marker = SampleBatch.staleMarker.bitPattern
        return points(series).filter { point in
            switch point.sample {
            case .float(let value): value.bitPattern != marker
            case .histogram(let value): value.sum.bitPattern != marker
            }
        }
    }
}
