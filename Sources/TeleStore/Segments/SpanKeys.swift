internal import TeleModel

/// Spans are kept by trace, traces by the start of their first span, the spans of a trace by start.
struct SpanKeys: RowKeys {
    private(set) var times: [UInt64] = []
    /// Index into ``traces``.
    private var trace: [UInt32] = []
    private var traces: [(id: TraceID, start: UInt64)] = []
    private var traceIndex: [TraceID: UInt32] = [:]

    mutating func append(_ batch: SpanBatch) {
        times.append(contentsOf: batch.start)
        var last = (id: TraceID.none, index: UInt32.max)
        for row in 0..<batch.count {
            let id = TraceID(high: batch.traceHigh[row], low: batch.traceLow[row])
            if id != last.id || last.index == .max { last = (id, index(id)) }
            let start = batch.start[row]
            if start < traces[Int(last.index)].start { traces[Int(last.index)].start = start }
            trace.append(last.index)
        }
    }

    private mutating func index(_ id: TraceID) -> UInt32 {
        if let known = traceIndex[id] { return known }
        let index = UInt32(truncatingIfNeeded: traces.count)
        traces.append((id, .max))
        traceIndex[id] = index
        return index
    }

    mutating func order() -> [UInt32] {
        traceIndex = [:]
        let ranked = traces.indices.sorted {
            traces[$0].start != traces[$1].start ? traces[$0].start < traces[$1].start : traces[$0].id < traces[$1].id
        }
        var starts = [UInt32](repeating: 0, count: traces.count)
        for code in trace { starts[Int(code)] += 1 }
        var start: UInt32 = 0
        for code in ranked {
            let count = starts[code]
            starts[code] = start
            start += count
        }
        var out = [UInt32](repeating: 0, count: trace.count)
        var next = starts
        for row in trace.indices {
            let code = Int(trace[row])
            out[Int(next[code])] = UInt32(truncatingIfNeeded: row)
            next[code] += 1
        }
        for code in traces.indices { RowOrder.sort(&out, Int(starts[code])..<Int(next[code]), by: times) }
        return out
    }

    /// Traces are not cut, unless one alone is bigger than a block.
    func blockEnd(_ rows: [UInt32], from: Int) -> Int {
        let full = min(rows.count, from + StoreLimits.blockRows)
        guard full < rows.count else { return full }
        var end = full
        while end > from, trace[Int(rows[end])] == trace[Int(rows[end - 1])] { end -= 1 }
        return end > from ? end : full
    }
}
