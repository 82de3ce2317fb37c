package import TeleModel

/// Immutable blocks of log records, in the order in which the caller gives them. Pages: core; time (resource, time,
/// observed less time); scope; severity (number and text code together, texts); ids; body; rest; attributes.
package enum LogBlock {
    /// The columns to decode; the raw values are those of the engine's `LogColumns`. Time and resource always are.
    package struct Columns: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let body = Columns(rawValue: 1)
        package static let severity = Columns(rawValue: 2)
        package static let ids = Columns(rawValue: 4)
        package static let attributes = Columns(rawValue: 8)
        package static let scope = Columns(rawValue: 16)
        package static let rest = Columns(rawValue: 32)
        package static let observed = Columns(rawValue: 64)
        package static let all = Columns(rawValue: 127)
    }

    /// Encodes a complete, valid batch of at least one and at most ``Limits/rowsPerBlock`` rows.
    package static func encode(_ batch: LogBatch) -> EncodedBlock {
        var meta = BlockMeta()
        var writer = BlockWriter()
        var filter = FilterItems()
        meta.rows = batch.count
        meta.resourceFingerprints = usedResources(batch.resource, batch.core)
        describe(batch, &meta)
        meta.counts = BlockCount.counts(of: batch, resources: meta.resourceFingerprints)
        meta.keys = BlockMeta.keys(of: batch.attributes, batch.core)
        meta.scopeKeys = BlockMeta.keys(of: batch.core.scopes.attributes, batch.core)
        let heap = batch.core.heap.bytes.span

        writer.page(.core) { CorePage.encode(batch.core, into: &$0) }
        writer.page(.time) { encodeTimes(batch, &$0) }
        writer.page(.scope) { IntColumn.encode(batch.scope, into: &$0) }
        writer.page(.severity) { encodeSeverity(batch, &$0) }
        writer.page(.ids) { out in
            let distinct = IdentifierColumn.encode(batch.traceHigh, batch.traceLow, into: &out)
            for i in distinct.high.indices {
                filter.insert(BlockFilter.item(trace: distinct.high[i], distinct.low[i]))
            }
            IdentifierColumn.encode(sparse: batch.span, into: &out)
        }
        writer.page(.body) { encodeBody(batch, &filter, &meta, &$0) }
        writer.page(.rest) { out in
            IntColumn.encode(batch.flags, into: &out)
            IntColumn.encode(batch.droppedAttributes, into: &out)
            TextColumn.encode(batch.eventName.span, heap: heap, into: &out)
        }
        AttributePages.encode(batch.attributes, batch.core, .own, &writer, &filter)
        meta.filter = BlockFilter.make(filter.items.span)
        let bytes = writer.finish(&meta)
        return EncodedBlock(bytes: bytes, meta: meta)
    }

    private static func describe(_ batch: LogBatch, _ meta: inout BlockMeta) {
        meta.minTime = .max
        for row in 0..<batch.count {
            let time = batch.timestamp(row)
            meta.minTime = min(meta.minTime, time)
            meta.maxTime = max(meta.maxTime, time)
        }
        if batch.count == 0 { meta.minTime = 0 }
        meta.maxEnd = meta.maxTime
        meta.minSeverity = batch.severity.min() ?? 0
        meta.maxSeverity = batch.severity.max() ?? 0
    }

    static func usedResources(_ column: [UInt32], _ core: BatchCore) -> [UInt64] {
        var isUsed = [Bool](repeating: false, count: core.resources.count)
        for resource in column { isUsed[Int(resource)] = true }
        return isUsed.indices.filter { isUsed[$0] }.map { core.resources.fingerprints[$0] }.sorted()
    }

    /// A text nearly always follows from the number: one column of pairs, and the distinct texts.
    private static func encodeSeverity(_ batch: LogBatch, _ out: inout [UInt8]) {
        let heap = batch.core.heap.bytes.span
        var interner = TextInterner()
        var pairs: [UInt64] = []
        pairs.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            let code = UInt64(interner.code(batch.severityText[row], in: heap))
            pairs.append(code << 32 | UInt64(UInt32(bitPattern: batch.severity[row])))
        }
        IntColumn.encode(pairs, into: &out)
        out.append(varint: interner.count)
        TextColumn.encode(interner.ranges.span, heap: heap, into: &out)
    }

    /// Kinds, then texts of string bodies, then those of other bodies with bytes, then the bits of the others.
    private static func encodeBody(
        _ batch: LogBatch, _ filter: inout FilterItems, _ meta: inout BlockMeta, _ out: inout [UInt8]
    ) {
        let heap = batch.core.heap.bytes.span
        IntColumn.encode(batch.bodyKind.map { UInt64($0) }, into: &out)
        var texts: [ByteRange] = []
        var structured: [ByteRange] = []
        var numbers: [UInt64] = []
        texts.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            let value = batch.bodyValue(row)
            switch value.kind {
            case .string: texts.append(value.range)
            case .array, .map, .bytes: structured.append(value.range)
            case .bool, .int, .double, .empty: numbers.append(value.bits)
            }
            if value.kind != .string, value.kind != .empty { meta.hasStructuredBodies = true }
        }
        let found = TextColumn.find(texts.span, heap: heap, into: &out)
        TextColumn.encode(structured.span, heap: heap, into: &out)
        IntColumn.encode(numbers, into: &out)
        BodyFilter.insert(found, heap, into: &filter)
    }

    /// Times without the jumps where the resource changes, which stand apart: within a resource rows are in the order
    /// of time, so that the differences are small.
    private static func encodeTimes(_ batch: LogBatch, _ out: inout [UInt8]) {
        IntColumn.encode(batch.resource, into: &out)
        var jumps: [UInt64] = []
        var sum: UInt64 = 0
        var times = batch.time
        for row in times.indices.dropFirst() {
            if batch.resource[row] != batch.resource[row - 1] {
                jumps.append(batch.time[row] &- batch.time[row - 1])
                sum &+= jumps[jumps.count - 1]
            }
            times[row] &-= sum
        }
        IntColumn.encode(jumps, into: &out)
        IntColumn.encode(times, into: &out)
        IntColumn.encode(batch.observed.indices.map { batch.observed[$0] &- batch.time[$0] }, into: &out)
    }
}
