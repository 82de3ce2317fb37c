package import TeleEngine
package import TeleModel

extension MemorySnapshot {
    package func logResources(time: Range<UInt64>, budget: QueryBudget) throws(EngineError) -> BatchCore {
        MemorySnapshot.resources(
            logs.filter { batch in (0..<batch.count).contains { time.contains(batch.timestamp($0)) } }.map(\.core))
    }

    package func spanResources(time: Range<UInt64>, budget: QueryBudget) throws(EngineError) -> BatchCore {
        MemorySnapshot.resources(
            spans.filter { batch in (0..<batch.count).contains { time.contains(batch.start[$0]) } }.map(\.core))
    }

    private static func resources(_ cores: [BatchCore]) -> BatchCore {
        var out = BatchCore()
        var seen: Set<UInt64> = []
        for core in cores {
            for resource in 0..<core.resources.count where seen.insert(core.resources.fingerprints[resource]).inserted {
                out.resources.fingerprints.append(core.resources.fingerprints[resource])
                out.resources.origins.append(core.resources.origins[resource])
                out.resources.schemaURLs.append(out.heap.append(core.heap[core.resources.schemaURLs[resource]]))
                out.resources.droppedAttributes.append(core.resources.droppedAttributes[resource])
                out.resources.entityRefs.append(out.heap.append(core.heap[core.resources.entityRefs[resource]]))
                for entry in core.resources.attributes.entries(of: resource) {
                    let name = core.heap.string(core.keys[Int(core.resources.attributes.keys[entry])])
                    let key = out.keyIndex(name) ?? UInt32(out.keys.count)
                    if Int(key) == out.keys.count { out.keys.append(out.heap.append(name)) }
                    var value = core.resources.attributes.value(at: entry)
                    if value.kind.isRange { value = .range(value.kind, out.heap.append(core.heap[value.range])) }
                    out.resources.attributes.append(key: key, value)
                }
                out.resources.attributes.closeOwner()
            }
        }
        return out
    }

    package func scanLogs(
        _ scan: LogScan, budget: QueryBudget, _ body: (LogBatch) throws(EngineError) -> Bool
    ) throws(EngineError) {
        var hits: [(batch: Int, row: Int, time: UInt64)] = []
        for (i, batch) in logs.enumerated() {
            try budget.charge(rows: batch.count)
            for row in 0..<batch.count where scan.time.contains(batch.timestamp(row)) {
                let fingerprint = batch.core.resources.fingerprints[Int(batch.resource[row])]
                if let wanted = scan.resources, !wanted.contains(fingerprint) { continue }
                if scan.conditions.allSatisfy({ $0.holds(batch, row) }) { hits.append((i, row, batch.timestamp(row))) }
            }
        }
        for run in MemorySnapshot.runs(hits, scan.order) {
            if try !body(logs[run.batch].picking(run.rows)) { return }
        }
    }

    package func scanSpans(
        _ scan: SpanScan, budget: QueryBudget, _ body: (SpanBatch) throws(EngineError) -> Bool
    ) throws(EngineError) {
        var hits: [(batch: Int, row: Int, time: UInt64)] = []
        for (i, batch) in spans.enumerated() {
            try budget.charge(rows: batch.count)
            for row in 0..<batch.count where scan.time.contains(batch.start[row]) {
                let fingerprint = batch.core.resources.fingerprints[Int(batch.resource[row])]
                if let wanted = scan.resources, !wanted.contains(fingerprint) { continue }
                if scan.conditions.allSatisfy({ $0.holds(batch, row) }) { hits.append((i, row, batch.start[row])) }
            }
        }
        for run in MemorySnapshot.runs(hits, scan.order) {
            if try !body(spans[run.batch].picking(run.rows)) { return }
        }
    }

    /// Orders hits by time and cuts them into runs of one batch.
    private static func runs(
        _ hits: [(batch: Int, row: Int, time: UInt64)], _ order: ScanOrder
    ) -> [(batch: Int, rows: [Int])] {
        let sorted = hits.enumerated().sorted { a, b in
            if order == .any || a.element.time == b.element.time { return a.offset < b.offset }
            return order == .oldestFirst ? a.element.time < b.element.time : a.element.time > b.element.time
        }
        var out: [(batch: Int, rows: [Int])] = []
        for hit in sorted.map(\.element) {
            if let last = out.indices.last, out[last].batch == hit.batch {
                out[last].rows.append(hit.row)
            } else {
                out.append((hit.batch, [hit.row]))
            }
        }
        return out
    }

    package func trace(
        _ id: TraceID, offset: Int, limit: Int, budget: QueryBudget
    ) throws(EngineError) -> TraceSpans {
        // All spans of a trace in one batch, keys and resources of the batches it is spread over merged.
        var builder = SpanBatchBuilder()
        for batch in spans {
            let rows = (0..<batch.count).filter { batch.traceID($0) == id }
            if !rows.isEmpty { builder.append(batch, rows: rows) }
        }
        let joined = builder.finish()
        let order = (0..<joined.count).sorted { (joined.start[$0], $0) < (joined.start[$1], $1) }
        let rows = Array(order.dropFirst(offset).prefix(limit))
        let end = offset + rows.count
        return TraceSpans(batch: joined.picking(rows), total: order.count, next: end < order.count ? end : nil)
    }

    package func traceIDs(
        prefix: TraceID, bits: Int, limit: Int, budget: QueryBudget
    ) throws(EngineError) -> [TraceID] {
        let bits = min(max(bits, 0), 128)
        let high: UInt64 = bits >= 64 ? .max : bits == 0 ? 0 : UInt64.max << UInt64(64 - bits)
        let low: UInt64 = bits <= 64 ? 0 : UInt64.max << UInt64(128 - bits)
        var found: Set<TraceID> = []
        for batch in spans {
            for row in 0..<batch.count {
                let id = batch.traceID(row)
                if (id.high ^ prefix.high) & high == 0, (id.low ^ prefix.low) & low == 0 { found.insert(id) }
            }
        }
        return Array(found.sorted().prefix(limit))
    }
}
