package import TeleModel

/// Reads a span block page by page, as columns are wanted. What one call has read serves the next.
package struct SpanBlockReader {
    package let meta: BlockMeta
    private let pages: BlockPages
    private let memory: (any BlockMemory)?

    /// Of all rows.
    private struct Times: Sendable {
        var start: [UInt64]
        var end: [UInt64]
        var resource: [UInt32]

        /// Bytes a row.
        static let rowBytes = 20
    }

    /// See ``LogBlockReader/init(_:source:)``.
    package init(
        _ meta: BlockMeta, memory: (any BlockMemory)? = nil,
        source: @escaping (Range<Int>) throws(CodecError) -> [UInt8]
    ) {
        self.meta = meta
        self.memory = memory
        pages = BlockPages(meta, source: source)
    }

    /// See ``LogBlockReader/decode(columns:attributeKeys:rows:)``; `attributeKeys` is about the spans' own attributes,
    /// those of events and links come whole.
    package func decode(
        columns: SpanBlock.Columns = .all, attributeKeys: [String]? = nil, rows: [Int]? = nil
    ) throws(CodecError) -> SpanBatch {
        try BlockRows.check(rows, of: meta.rows)
        if columns == .all, attributeKeys == nil, rows == nil { try pages.readAll() }
        let count = meta.rows
        var batch = SpanBatch()
        batch.core = try CorePage.decode(pages.page(.core))
        let ends = try decodeTimes(pages, &batch, rows, needsEnds: columns.contains(.events))
        if columns.contains(.ids) { try decodeIdentifiers(pages, &batch, rows) }
        if columns.contains(.scope) {
            let page = try pages.page(.scope)
            var reader = ByteReader(page.span.bytes)
            batch.scope = try IntColumn.decodeIndexes(
                &reader, count: count, below: batch.core.scopes.count, places: rows)
        }
        if columns.contains(.name) {
            let page = try pages.page(.name)
            var reader = ByteReader(page.span.bytes)
            batch.name = try TextColumn.decode(&reader, count: count, rows: rows, into: &batch.core.heap)
            batch.kind = try IntColumn.decodeInt32(&reader, count: count, places: rows)
            batch.statusCode = try IntColumn.decodeInt32(&reader, count: count, places: rows)
            batch.statusMessage = try TextColumn.decode(&reader, count: count, rows: rows, into: &batch.core.heap)
        }
        if columns.contains(.rest) {
            let page = try pages.page(.rest)
            var reader = ByteReader(page.span.bytes)
            batch.traceState = try TextColumn.decode(&reader, count: count, rows: rows, into: &batch.core.heap)
            batch.flags = try IntColumn.decodeUInt32(&reader, count: count, places: rows)
            batch.droppedAttributes = try IntColumn.decodeUInt32(&reader, count: count, places: rows)
            batch.droppedEvents = try IntColumn.decodeUInt32(&reader, count: count, places: rows)
            batch.droppedLinks = try IntColumn.decodeUInt32(&reader, count: count, places: rows)
        }
        if columns.contains(.attributes) {
            batch.attributes = try AttributePages.decode(
                pages, .own, core: &batch.core, owners: count, keys: attributeKeys, rows: rows)
        }
        if columns.contains(.events) { try decodeEvents(pages, &batch, ends, rows) }
        if columns.contains(.links) { try decodeLinks(pages, &batch, rows) }
        return batch
    }

    /// Those of all rows: what the last reader decoded, or else kept for the next one.
    private func times(_ resources: Int? = nil) throws(CodecError) -> Times {
        if let known = memory?.value(.spanTimes, as: Times.self) { return known }
        let page = try pages.page(.time)
        var reader = ByteReader(page.span.bytes)
        let start = try IntColumn.decode(&reader, count: meta.rows)
        var end = try IntColumn.decode(&reader, count: meta.rows)
        SpanBlockReader.add(start, to: &end)
        let below = if let resources { resources } else { try CorePage.decode(pages.page(.core)).resources.count }
        let resource = try IntColumn.decodeIndexes(&reader, count: meta.rows, below: below)
        let times = Times(start: start, end: end, resource: resource)
        memory?.keep(times, bytes: meta.rows * Times.rowBytes, .spanTimes)
        return times
    }

    private static func add(_ start: [UInt64], to end: inout [UInt64]) {
        let starts = start.span
        var ends = end.mutableSpan
        for row in 0..<min(starts.count, ends.count) { ends[row] &+= starts[row] }
    }

    /// Gives back the ends of all rows where `needsEnds`.
    private func decodeTimes(
        _ pages: BlockPages, _ batch: inout SpanBatch, _ rows: [Int]?, needsEnds: Bool
    ) throws(CodecError) -> [UInt64] {
        if rows == nil || needsEnds || memory?.value(.spanTimes, as: Times.self) != nil {
            let all = try times(batch.core.resources.count)
            batch.start = BlockRows.pick(rows, all.start)
            batch.end = BlockRows.pick(rows, all.end)
            batch.resource = BlockRows.pick(rows, all.resource)
            return all.end
        }
        let page = try pages.page(.time)
        var reader = ByteReader(page.span.bytes)
        batch.start = try IntColumn.decode(&reader, count: meta.rows, places: rows)
        batch.end = try IntColumn.decode(&reader, count: meta.rows, places: rows)
        SpanBlockReader.add(batch.start, to: &batch.end)
        batch.resource = try IntColumn.decodeIndexes(
            &reader, count: meta.rows, below: batch.core.resources.count, places: rows)
        return []
    }

    /// Rising numbers of the rows that last so long (nanoseconds; a span that ends before it starts lasts no time); of
    /// the block, only the times are read.
    package func rows(lasting durations: ClosedRange<UInt64>) throws(CodecError) -> [Int] {
        let times = try times()
        let starts = times.start.span
        let ends = times.end.span
        var rows: [Int] = []
        for row in 0..<starts.count {
            let length = ends[row] > starts[row] ? ends[row] &- starts[row] : 0
            if durations.contains(length) { rows.append(row) }
        }
        return rows
    }

    /// The trace ids of all rows; of the block, nothing else is read.
    package func decodeTraceIDs() throws(CodecError) -> (high: [UInt64], low: [UInt64]) {
        let page = try pages.page(.ids)
        var reader = ByteReader(page.span.bytes)
        return try IdentifierColumn.decode(&reader, rows: meta.rows)
    }

    /// The rows of a trace, rising.
    package func rows(of trace: TraceID) throws(CodecError) -> [Int] {
        let page = try pages.page(.ids)
        var reader = ByteReader(page.span.bytes)
        return try IdentifierColumn.rows(of: trace, &reader, rows: meta.rows)
    }

    private func decodeIdentifiers(
        _ pages: BlockPages, _ batch: inout SpanBatch, _ rows: [Int]?
    ) throws(CodecError) {
        let page = try pages.page(.ids)
        var reader = ByteReader(page.span.bytes)
        (batch.traceHigh, batch.traceLow) = try IdentifierColumn.decode(&reader, rows: meta.rows, places: rows)
        guard let rows else {
            batch.span = try IntColumn.decode(&reader, count: meta.rows)
            batch.parent = try IdentifierColumn.decodeParents(&reader, spans: batch.span)
            return
        }
        (batch.span, batch.parent) = try IdentifierColumn.decodeSpans(&reader, rows: meta.rows, places: rows)
    }

    /// The ends of what all rows own, and which of the owned entries the wanted rows have.
    private struct Owned {
        var total = 0
        var ends: [UInt32] = []
        var entries: [Int]?
        var owners: [Int] = []

        init(_ reader: inout ByteReader, count: Int, rows: [Int]?) throws(CodecError) {
            let counts = try IntColumn.decode(&reader, count: count)
            var starts: [Int] = []
            starts.reserveCapacity(count)
            for owned in counts {
                starts.append(total)
                guard owned <= UInt64(Limits.rowsPerBlock - total) else { throw reader.error("too many entries") }
                total += Int(owned)
            }
            var picked: [Int] = []
            var end = 0
            for i in 0..<(rows?.count ?? count) {
                let row = rows?[i] ?? i
                end += Int(counts[row])
                ends.append(UInt32(end))
                if rows != nil { picked.append(contentsOf: starts[row]..<starts[row] + Int(counts[row])) }
                owners.append(contentsOf: repeatElement(row, count: Int(counts[row])))
            }
            entries = rows == nil ? nil : picked
        }
    }

    private func decodeEvents(
        _ pages: BlockPages, _ batch: inout SpanBatch, _ spanEnds: [UInt64], _ rows: [Int]?
    ) throws(CodecError) {
        let page = try pages.page(.events)
        var reader = ByteReader(page.span.bytes)
        let owned = try Owned(&reader, count: meta.rows, rows: rows)
        batch.events.ends = owned.ends
        batch.events.time = BlockRows.pick(owned.entries, try IntColumn.decode(&reader, count: owned.total))
        for event in batch.events.time.indices { batch.events.time[event] &+= spanEnds[owned.owners[event]] }
        batch.events.name = try TextColumn.decode(
            &reader, count: owned.total, rows: owned.entries, into: &batch.core.heap)
        batch.events.droppedAttributes = BlockRows.pick(
            owned.entries, try IntColumn.decodeUInt32(&reader, count: owned.total))
        guard owned.total > 0 else { return }
        batch.events.attributes = try AttributePages.decode(
            pages, .events, core: &batch.core, owners: owned.total, keys: nil, rows: owned.entries)
    }

    private func decodeLinks(_ pages: BlockPages, _ batch: inout SpanBatch, _ rows: [Int]?) throws(CodecError) {
        let page = try pages.page(.links)
        var reader = ByteReader(page.span.bytes)
        let owned = try Owned(&reader, count: meta.rows, rows: rows)
        batch.links.ends = owned.ends
        let traces = try IdentifierColumn.decode(&reader, rows: owned.total)
        batch.links.traceHigh = BlockRows.pick(owned.entries, traces.high)
        batch.links.traceLow = BlockRows.pick(owned.entries, traces.low)
        batch.links.span = BlockRows.pick(owned.entries, try IntColumn.decode(&reader, count: owned.total))
        batch.links.traceState = try TextColumn.decode(
            &reader, count: owned.total, rows: owned.entries, into: &batch.core.heap)
        batch.links.flags = BlockRows.pick(owned.entries, try IntColumn.decodeUInt32(&reader, count: owned.total))
        batch.links.droppedAttributes = BlockRows.pick(
            owned.entries, try IntColumn.decodeUInt32(&reader, count: owned.total))
        guard owned.total > 0 else { return }
        batch.links.attributes = try AttributePages.decode(
            pages, .links, core: &batch.core, owners: owned.total, keys: nil, rows: owned.entries)
    }
}
