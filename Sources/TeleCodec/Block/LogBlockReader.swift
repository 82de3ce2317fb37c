package import TeleModel

/// Reads a log block page by page, as columns are wanted. What one call has read serves the next.
package struct LogBlockReader {
    package let meta: BlockMeta
    let pages: BlockPages
    let bodyTexts = KeptHeader()

    /// `source` gives bytes of the block (0 is its first byte); fewer than asked for is an error of the block.
    package init(_ meta: BlockMeta, source: @escaping (Range<Int>) throws(CodecError) -> [UInt8]) {
        self.meta = meta
        pages = BlockPages(meta, source: source)
    }

    /// The rows with these numbers (ascending, distinct, below `meta.rows`; nil: all), and of them times, resource and
    /// the columns asked for; others stay empty. `attributeKeys`: only attributes with these keys (nil: all).
    package func decode(
        columns: LogBlock.Columns = .all, attributeKeys: [String]? = nil, rows: [Int]? = nil
    ) throws(CodecError) -> LogBatch {
        try BlockRows.check(rows, of: meta.rows)
        if columns == .all, attributeKeys == nil, rows == nil { try pages.readAll() }
        let count = meta.rows
        var batch = LogBatch()
        batch.core = try CorePage.decode(pages.page(.core))
        try decodeTimes(pages, &batch, rows)
        if columns.contains(.scope) {
            let page = try pages.page(.scope)
            var reader = ByteReader(page.span.bytes)
            batch.scope = try IntColumn.decodeIndexes(
                &reader, count: count, below: batch.core.scopes.count, places: rows)
        }
        if columns.contains(.severity) { try decodeSeverity(pages, &batch, rows) }
        if columns.contains(.ids) {
            let page = try pages.page(.ids)
            var reader = ByteReader(page.span.bytes)
            (batch.traceHigh, batch.traceLow) = try IdentifierColumn.decode(&reader, rows: count, places: rows)
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

    private func decodeTimes(_ pages: BlockPages, _ batch: inout LogBatch, _ rows: [Int]?) throws(CodecError) {
        let page = try pages.page(.time)
        var reader = ByteReader(page.span.bytes)
        let resource = try IntColumn.decodeIndexes(
            &reader, count: meta.rows, below: batch.core.resources.count)
        var changes = 0
        for row in resource.indices.dropFirst() where resource[row] != resource[row - 1] { changes += 1 }
        let jumps = try IntColumn.decode(&reader, count: changes)
        var time = try IntColumn.decode(&reader, count: meta.rows)
        var jump = 0
        var sum: UInt64 = 0
        for row in time.indices.dropFirst() where jumps.count > 0 {
            if resource[row] != resource[row - 1] {
                sum &+= jumps[jump]
                jump += 1
            }
            time[row] &+= sum
        }
        var observed = try IntColumn.decode(&reader, count: meta.rows)
        for row in observed.indices { observed[row] &+= time[row] }
        batch.time = BlockRows.pick(rows, time)
        batch.observed = BlockRows.pick(rows, observed)
        batch.resource = BlockRows.pick(rows, resource)
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
        var reader = ByteReader(page.span.bytes)
        let kinds = try IntColumn.decodeIndexes(&reader, count: meta.rows, below: 8).map { UInt8($0) }
        // Where each row's value is within the column of its class.
        var counts = (texts: 0, structured: 0, numbers: 0)
        var textPicks: [Int] = []
        var structuredPicks: [Int] = []
        var numberPicks: [Int] = []
        var pick = 0
        for row in kinds.indices {
            let isPicked = rows.map { pick < $0.count && $0[pick] == row } ?? false
            if isPicked { pick += 1 }
            switch ValueKind(rawValue: kinds[row]) ?? .empty {
            case .string:
                if isPicked { textPicks.append(counts.texts) }
                counts.texts += 1
            case .array, .map, .bytes:
                if isPicked { structuredPicks.append(counts.structured) }
                counts.structured += 1
            case .bool, .int, .double, .empty:
                if isPicked { numberPicks.append(counts.numbers) }
                counts.numbers += 1
            }
        }
        let isPartial = rows != nil
        let texts = try TextColumn.decode(
            &reader, count: counts.texts, rows: isPartial ? textPicks : nil, into: &batch.core.heap, kept: bodyTexts,
            needsEnd: counts.structured + counts.numbers > 0)
        let structured = try TextColumn.decode(
            &reader, count: counts.structured, rows: isPartial ? structuredPicks : nil, into: &batch.core.heap)
        let numbers = try IntColumn.decode(
            &reader, count: counts.numbers, places: isPartial ? numberPicks : nil)
        batch.bodyKind = BlockRows.pick(rows, kinds)
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
