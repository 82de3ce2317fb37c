package import TeleModel

/// Reads a log block page by page, as columns are wanted. What one call has read serves the next.
package struct LogBlockReader {
    package let meta: BlockMeta
    let pages: BlockPages
    let bodies: KeptBodies
    let memory: (any BlockMemory)?

    /// `memory`: what readers of this block keep for each other. `source` gives bytes of the block (0 is its first byte); fewer than asked for is an error of the block.
    package init(
        _ meta: BlockMeta, memory: (any BlockMemory)? = nil,
        source: @escaping (Range<Int>) throws(CodecError) -> [UInt8]
    ) {
        self.meta = meta
        self.memory = memory
        bodies = KeptBodies(memory)
        pages = BlockPages(meta, memory: memory, source: source)
    }

    /// The rows with these numbers (ascending, distinct, below `meta.rows`; nil: all), and of them times, resource and
    /// the columns asked for; others stay empty. `attributeKeys`: only attributes with these keys (nil: all).
    package func decode(
        columns: LogBlock.Columns = .all, attributeKeys: [String]? = nil, rows: [Int]? = nil
    ) throws(CodecError) -> LogBatch {
        try BlockRows.check(rows, of: meta.rows)
        defer { if let rows, rows.count <= BlockPages.fewRows { pages.keepForOthers() } }
        if columns == .all, attributeKeys == nil, rows == nil { try pages.readAll() }
        let count = meta.rows
        var batch = LogBatch()
        batch.core = try CorePage.decode(pages.page(.core))
        try decodeTimes(&batch, rows, needsObserved: columns.contains(.observed))
        if columns.contains(.scope) {
            let page = try pages.page(.scope)
            var reader = ByteReader(page.span.bytes)
            batch.scope = try IntColumn.decodeIndexes(
                &reader, count: count, below: batch.core.scopes.count, places: rows)
        }
        if columns.contains(.severity) { try decodeSeverity(pages, &batch, rows) }
        if columns.contains(.ids) {
            let page = try pages.page(.ids)
            let ids = try traceIDs(page)
            (batch.traceHigh, batch.traceLow) = ids.pick(rows)
            var reader = ByteReader(page.span.bytes.extracting(ids.end..<page.count))
            batch.span = try IdentifierColumn.decodeSparse(&reader, rows: count, places: rows)
        }
        if columns.contains(.body) { try decodeBody(pages, &batch, rows) }
        if columns.contains(.rest) {
            let page = try pages.page(.rest)
            var reader = ByteReader(page.span.bytes)
            batch.flags = try IntColumn.decodeUInt32(&reader, count: count, places: rows)
            batch.droppedAttributes = try IntColumn.decodeUInt32(&reader, count: count, places: rows)
            batch.eventName = try TextColumn.decode(&reader, count: count, rows: rows, into: &batch.core.heap)
        }
        if columns.contains(.attributes) {
            batch.attributes = try AttributePages.decode(
                pages, .own, core: &batch.core, owners: count, keys: attributeKeys, rows: rows)
        }
        return batch
    }

    private func decodeTimes(
        _ batch: inout LogBatch, _ rows: [Int]?, needsObserved: Bool
    ) throws(CodecError) {
        let times: LogTimes
        if let known = memory?.value(.logTimes, as: LogTimes.self) {
            times = known
        } else {
            times = try LogTimes(try pages.page(.time), rows: meta.rows)
            memory?.keep(times, bytes: times.byteCount, .logTimes)
        }
        guard times.resourceLimit <= batch.core.resources.count else {
            throw CodecError("a row of resource \(times.resourceLimit - 1) of \(batch.core.resources.count)")
        }
        batch.time = BlockRows.pick(rows, times.time)
        batch.resource = times.resources(rows)
        if needsObserved || times.hasUnset {
            batch.observed = try times.observed(try pages.page(.time), rows)
        } else {
            batch.observed = batch.time
        }
    }

    func traceIDs(_ page: @autoclosure () throws(CodecError) -> [UInt8]) throws(CodecError) -> TraceIDColumn {
        if let known = memory?.value(.traceRows, as: TraceIDColumn.self) { return known }
        let page = try page()
        let ids = try TraceIDColumn(page, rows: meta.rows)
        memory?.keep(ids, bytes: ids.byteCount, .traceRows)
        return ids
    }

    private func decodeSeverity(_ pages: BlockPages, _ batch: inout LogBatch, _ rows: [Int]?) throws(CodecError) {
        let page = try pages.page(.severity)
        var reader = ByteReader(page.span.bytes)
        let pairs = try IntColumn.decode(&reader, count: meta.rows, places: rows)
        let distinct = try reader.count("number of severity texts", limit: meta.rows)
        let texts = try TextColumn.decode(&reader, count: distinct, into: &batch.core.heap)
        batch.severity.reserveCapacity(pairs.count)
        batch.severityText.reserveCapacity(pairs.count)
        for pair in pairs {
            let code = pair >> 32
            guard code < UInt64(texts.count) else { throw reader.error("severity text \(code) of \(texts.count)") }
            batch.severity.append(Int32(truncatingIfNeeded: pair))
            batch.severityText.append(texts[Int(code)])
        }
    }

    private func decodeBody(_ pages: BlockPages, _ batch: inout LogBatch, _ rows: [Int]?) throws(CodecError) {
        let page = try pages.page(.body)
        let kinds = try bodies.kinds({ () throws(CodecError) in page }, rows: meta.rows)
        var reader = ByteReader(page.span.bytes.extracting(kinds.textsAt..<page.count))
        guard let all = kinds.all else {
            let texts = try TextColumn.decode(
                &reader, count: meta.rows, rows: rows, into: &batch.core.heap, kept: bodies, needsEnd: false)
            batch.bodyKind = [UInt8](repeating: ValueKind.string.rawValue, count: texts.count)
            batch.body = texts.map(\.packed)
            return
        }
        // Where each row's value is within the column of its class.
        var seen = (texts: 0, structured: 0, numbers: 0)
        var textPicks: [Int] = []
        var structuredPicks: [Int] = []
        var numberPicks: [Int] = []
        var pick = 0
        for row in all.indices {
            let isPicked = rows.map { pick < $0.count && $0[pick] == row } ?? false
            if isPicked { pick += 1 }
            switch ValueKind(rawValue: all[row]) ?? .empty {
            case .string:
                if isPicked { textPicks.append(seen.texts) }
                seen.texts += 1
            case .array, .map, .bytes:
                if isPicked { structuredPicks.append(seen.structured) }
                seen.structured += 1
            case .bool, .int, .double, .empty:
                if isPicked { numberPicks.append(seen.numbers) }
                seen.numbers += 1
            }
        }
        let isPartial = rows != nil
        let texts = try TextColumn.decode(
            &reader, count: kinds.texts, rows: isPartial ? textPicks : nil, into: &batch.core.heap, kept: bodies,
            needsEnd: true)
        let structured = try TextColumn.decode(
            &reader, count: kinds.structured, rows: isPartial ? structuredPicks : nil, into: &batch.core.heap)
        let numbers = try IntColumn.decode(
            &reader, count: kinds.numbers, places: isPartial ? numberPicks : nil)
        batch.bodyKind = BlockRows.pick(rows, all)
        batch.body.reserveCapacity(batch.bodyKind.count)
        var next = (texts: 0, structured: 0, numbers: 0)
        for kind in batch.bodyKind {
            switch ValueKind(rawValue: kind) ?? .empty {
            case .string:
                batch.body.append(texts[next.texts].packed)
                next.texts += 1
            case .array, .map, .bytes:
                batch.body.append(structured[next.structured].packed)
                next.structured += 1
            case .bool, .int, .double, .empty:
                batch.body.append(numbers[next.numbers])
                next.numbers += 1
            }
        }
    }
}
