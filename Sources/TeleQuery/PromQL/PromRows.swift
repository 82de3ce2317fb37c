internal import TeleEngine
internal import TeleModel
internal import TeleQL

/// What an aggregation takes in: the rows of a block, or series whose rows are worked out one at a time, so that there
/// is never a block of all series and steps.
internal enum PromRows {
    case block(PromBlock)
    case windows(PromWindowCall)
    /// An instant selector over floats alone.
    case samples(SeriesData, PromGrid)
}

extension PromEvaluator {
    internal func rows(_ expression: PromExpr, _ grid: PromGrid) throws(PromFailure) -> PromRows {
        let inner = expression.unwrapped
        switch inner.kind {
        case .call(let call):
            guard let function = PromWindowFunction(rawValue: call.function.name) else { break }
            try charge()
            let prepared = try prepare(function, call, grid)
            return prepared.isPlain ? .windows(prepared) : .block(try block(prepared, grid))
        case .selector(let selector):
            try charge()
            let (data, at) = try samples(selector, grid)
            if selector.edges == .samples, data.histogramTimes.isEmpty { return .samples(data, at) }
            return .block(try block(selector, data, at, .values, inner))
        default: break
        }
        return .block(try vector(expression, grid))
    }

    internal func block(_ rows: PromRows, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        switch rows {
        case .block(let block): return block
        case .windows(let call): return try block(call, grid)
        case .samples(let data, let at): return try block(PromSelector(), data, at, .values, nil)
        }
    }

    internal func labels(_ rows: PromRows) -> ([LabelSet], dropsName: [Bool]) {
        switch rows {
        case .block(let block): return (block.labels, block.dropsName)
        case .windows(let call):
            let drops = call.windows.dropsName
            return (call.windows.data.labels, call.function.keepsName ? drops : drops.map { _ in true })
        case .samples(let data, _): return (data.labels, Array(repeating: false, count: data.count))
        }
    }

    /// Works out one row.
    @inline(__always)
    internal func fill(_ row: inout PromRow, _ rows: PromRows, _ series: Int, _ grid: PromGrid) {
        switch rows {
        case .block: row.hasValues = false
        case .windows(let call):
            call.slide(series, grid, &row)
            if row.hasOverlaps { note(.overlappingStart, call.windows.data.labels[series], call.argument) }
            if row.hasValues, call.function.isCounter {
                noteCounterName(call.windows.data.labels[series], call.argument)
            }
        case .samples(let data, let at): data.latest(series, at, lookback: options.lookback, &row)
        }
    }
}

extension SeriesData {
    /// The last sample of each step's lookback window.
    internal func latest(_ series: Int, _ at: PromGrid, lookback: Int64, _ row: inout PromRow) {
        let times = times.span
        let values = values.span
        let marker = SampleBatch.staleMarker.bitPattern
        let (first, bound) = (offsets[series], offsets[series + 1])
        var next = first
        var hasValues = false
        var time = at.start
        for step in 0..<at.count {
            defer { time = time &+ at.step }
            while next < bound, times[next] <= time { next &+= 1 }
            row.state[step] = PromBlock.absent
            guard next > first, times[next &- 1] > time &- lookback else { continue }
            let value = values[next &- 1]
            if value.bitPattern == marker { continue }
            row.values[step] = value
            row.state[step] = PromBlock.float
            hasValues = true
        }
        row.hasValues = hasValues
    }
}
