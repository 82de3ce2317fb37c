internal import TeleEngine
internal import TeleModel
internal import TeleQL

extension PromEvaluator {
    /// Slides a function over the windows of each series.
    internal func evaluate(
        _ function: PromWindowFunction, _ call: PromCall, _ grid: PromGrid
    ) throws(PromFailure) -> PromBlock {
        try block(try prepare(function, call, grid), grid)
    }

    internal func prepare(
        _ function: PromWindowFunction, _ call: PromCall, _ grid: PromGrid, _ given: Windows? = nil
    ) throws(PromFailure) -> PromWindowCall {
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
        let windows: Windows
        if let given { windows = given } else { windows = try self.windows(argument, grid) }
        return PromWindowCall(
            function: function, windows: windows, argument: argument, parameters: parameters,
            others: others)
    }

    internal func block(_ call: PromWindowCall, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        let windows = call.windows
        try charge(bytes: windows.data.count * grid.count * 9)
        if windows.edges != .samples { return try edged(call.function, windows, grid, call.argument) }
        var out = PromBlock(steps: grid.count)
        out.reserve(rows: windows.data.count)
        let drops = call.dropsName
        var row = PromRow(steps: grid.count)
        for series in 0..<windows.data.count {
            if series & 255 == 255 { try charge() }
            call.fill(&row, series, grid, self)
            if row.hasValues { out.append(windows.data.labels[series], dropsName: drops[series], row) }
        }
        return out
    }

    /// The values of a series with histograms.
    internal func slide(_ call: PromWindowCall, _ series: Int, _ grid: PromGrid, _ row: inout PromRow) {
        let (data, windows, function) = (call.windows.data, call.windows, call.function)
        row.clear()
        let samples = data.offsets[series]..<data.offsets[series + 1]
        let times = data.times.span.extracting(samples)
        let values = data.values.span.extracting(samples)
        let started = data.started.span.extracting(function.usesStart && !data.started.isEmpty ? samples : 0..<0)
        let firstHistogram = data.histogramOffsets[series]
        let floats = PromFrame(times, windows.ends, windows.range)
        let histograms = PromFrame(
            data.histogramTimes.span.extracting(firstHistogram..<data.histogramOffsets[series + 1]), windows.ends,
            windows.range)
        let counter = PromCounterPlaces(times, values, started, isCounter: function.isCounter)
        for step in 0..<windows.ends.count {
            let end = windows.ends.time(step)
            let start = end &- windows.range
            let window = floats.window(step)
            let inner = histograms.window(step)
            if !inner.isEmpty {
                if !function.ignoresHistograms {
                    let all = firstHistogram + inner.lowerBound..<firstHistogram + inner.upperBound
                    let floats = samples.lowerBound + window.lowerBound..<samples.lowerBound + window.upperBound
                    slideHistograms(call, series, step, floats, all, &row)
                    continue
                }
                if !window.isEmpty { noteIgnored(data.labels[series], call.argument) }
            }
            if window.isEmpty { continue }
            let value: Double?
            if function.extrapolates {
                value = function.extrapolated(
                    times, values, window, start, end, begin: started.isEmpty ? 0 : started[window.lowerBound],
                    resets: counter.resets(in: window).span)
                if counter.overlap(in: window) { row.hasOverlaps = true }
            } else if !started.isEmpty {
                value = function.value(times, values, started: started, window, &row.hasOverlaps)
            } else {
                value = call.value(times, values, window, step, grid)
            }
            if let value { row.set(step, value) }
        }
    }

    private static let counterLabels = [Array("__name__".utf8), Array("__type__".utf8)]

    internal func warnQuantile(_ q: Double, _ argument: PromExpr) {
        warnings.insert(
            "PromQL warning: quantile value should be between 0 and 1, got \(FloatText.string(q)) \(place(argument))")
    }

    /// Makes an annotation of what a kernel noted.
    internal func note(_ note: PromNote, _ labels: LabelSet, _ place: PromExpr) {
        let name = labels["__name__"].flatMap { $0.isEmpty ? nil : PromPrinter.quote($0) }
        let text = note.text(name: name) + " " + self.place(place)
        if note.isInfo { infos.insert("PromQL info: " + text) } else { warnings.insert("PromQL warning: " + text) }
    }

    private func noteIgnored(_ labels: LabelSet, _ argument: PromExpr) {
        infos.insert(
            "PromQL info: ignored histograms in a range containing both floats and histograms for metric name "
                + "\(PromPrinter.quote(labels["__name__"] ?? "")) \(place(argument))")
    }

    internal func noteCounterName(_ labels: LabelSet, _ argument: PromExpr) {
        // Most series have the name, and type, of the one before.
        let named = labels.keeping(PromEvaluator.counterLabels)
        if named == lastCounter { return }
        lastCounter = named
        guard let name = labels["__name__"], !name.isEmpty else { return }
        if let type = labels["__type__"] {
            if type == "counter" || type == "histogram" || type == "unknown" { return }
        }
        for suffix in ["_total", "_sum", "_count", "_bucket"] where name.hasSuffix(suffix) { return }
        infos.insert(
            "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
                + "\(PromPrinter.quote(name)) \(place(argument))")
    }

    /// What windows with histograms give; mixed with floats only some functions know what to do.
    private func slideHistograms(
        _ call: PromWindowCall, _ series: Int, _ step: Int, _ floats: Range<Int>, _ histograms: Range<Int>,
        _ row: inout PromRow
    ) {
        let (data, function, argument) = (call.windows.data, call.function, call.argument)
        let end = call.windows.ends.time(step)
        let start = end &- call.windows.range
        switch function {
        case .count: return row.set(step, Double(floats.count + histograms.count))
        case .present: return row.set(step, 1)
        case .last, .first, .timeOfLast, .timeOfFirst:
            let wantsLast = function == .last || function == .timeOfLast
            let histogram = wantsLast ? histograms.upperBound - 1 : histograms.lowerBound
            let float = wantsLast ? floats.upperBound - 1 : floats.lowerBound
            let histogramTime = data.histogramTimes[histogram]
            let takesFloat =
                !floats.isEmpty && (wantsLast ? data.times[float] > histogramTime : data.times[float] < histogramTime)
            if function == .timeOfLast || function == .timeOfFirst {
                row.set(step, Double(takesFloat ? data.times[float] : histogramTime) / 1000)
            } else if takesFloat {
                row.set(step, data.values[float])
            } else {
                row.set(step, data.histograms[histogram])
            }
            return
        case .resets, .changes:
            let points = data.points(series, after: start, through: end)
            var total = 0.0
            for (before, now) in zip(points, points.dropFirst()) {
                let counts =
                    function == .resets
                    ? now.sample.isReset(after: before.sample) : now.sample.differs(from: before.sample)
                if counts { total += 1 }
            }
            if function == .resets, floats.isEmpty, !data.histogramStarted.isEmpty {
                total = Double(startResets(data, histograms))
            }
            return row.set(step, total)
        default: break
        }
        var used = histograms
        if !floats.isEmpty {
            // irate and idelta look at the last two samples only.
            let lastTwo = data.points(series, after: start, through: end).suffix(2)
            let areHistograms =
                lastTwo.count == 2 && lastTwo.allSatisfy { if case .histogram = $0.sample { true } else { false } }
            let areFloats =
                lastTwo.count == 2 && lastTwo.allSatisfy { if case .float = $0.sample { true } else { false } }
            guard function == .irate || function == .idelta, areHistograms || areFloats else {
                note(.mixedTypes, data.labels[series], argument)
                return
            }
            if areFloats {
                if let value = function.value(
                    data.times.span, data.values.span, floats, start: start, end: end, now: end, 0, 0)
                {
                    row.set(step, value)
                }
                return
            }
            used = (histograms.upperBound - 2)..<histograms.upperBound
        }
        var window = PromHistogramWindow(
            times: data.histogramTimes[used], values: data.histograms[used],
            started: data.histogramStarted.isEmpty ? [] : data.histogramStarted[used], start: start, end: end)
        let result = window.value(function)
        for found in window.notes { note(found, data.labels[series], argument) }
        switch result {
        case .histogram(let value): row.set(step, value)
        case .float(let value): row.set(step, value)
        case nil: break
        }
    }

    private func startResets(_ data: SeriesData, _ window: Range<Int>) -> Int {
        window.dropFirst().count { i in
            data.histograms[i].isReset(after: data.histograms[i - 1])
                || PromCounterStart.isReset(
                    data.histogramStarted[i], data.histogramTimes[i], after: data.histogramStarted[i - 1],
                    data.histogramTimes[i - 1])
        }
    }

    /// `anchored` and `smoothed` windows.
    private func edged(
        _ function: PromWindowFunction, _ windows: Windows, _ grid: PromGrid, _ argument: PromExpr
    ) throws(PromFailure) -> PromBlock {
        let isSmoothed = windows.edges == .smoothed
        let allowed: [PromWindowFunction] =
            isSmoothed ? [.delta, .increase, .rate] : [.changes, .delta, .increase, .rate, .resets]
        guard allowed.contains(function) else {
            throw .execution(
                "\(isSmoothed ? "smoothed" : "anchored") modifier can only be used with: "
                    + allowed.map(\.rawValue).joined(separator: ", ") + " - not with \(function.rawValue)")
        }
        var out = PromBlock(steps: grid.count)
        for series in 0..<windows.data.count {
            if series & 15 == 15 { try charge() }
            let row = out.addRow(windows.data.labels[series], dropsName: true)
            let points = windows.data.points(series)
            var (low, high) = (0, 0)
            for step in 0..<grid.count {
                let end = windows.ends.time(step)
                let start = end &- windows.range
                // Samples farther away than the lookback do not count.
                while low < points.count, points[low].time <= start &- options.lookback { low += 1 }
                while high < points.count, points[high].time <= end &+ (isSmoothed ? options.lookback : 0) { high += 1 }
                guard low < high else { continue }
                var window = PromEdgeWindow(
                    points: Array(points[low..<high]), start: start, end: end, isSmoothed: isSmoothed,
                    isCounter: function.isCounter)
                let value = window.value(function)
                for found in window.notes { note(found, windows.data.labels[series], argument) }
                switch value {
                case .float(let value): out.set(row, step, value)
                case .histogram(let value): out.set(row, step, value)
                case nil: break
                }
            }
        }
        return out.droppingEmptyRows()
    }
}
