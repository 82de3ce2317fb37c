package import TeleModel

/// What is known of a block without reading it: where its directory is, what it can't contain. Stands in the
/// segment's footer.
package struct BlockMeta: Sendable, Equatable {
    package var rows = 0
    /// Length of the whole block; its directory is the last part.
    package var byteCount = 0
    package var directoryOffset = 0
    /// Of ``LogBatch/timestamp(_:)`` or of the span's start; inclusive.
    package var minTime: UInt64 = 0
    package var maxTime: UInt64 = 0
    /// Logs: severity numbers. Spans: the numbers of status codes.
    package var minSeverity: Int32 = 0
    package var maxSeverity: Int32 = 0
    /// Spans only: nanoseconds.
    package var minDuration: UInt64 = 0
    package var maxDuration: UInt64 = 0
    /// Latest end of a span; `maxTime` for logs.
    package var maxEnd: UInt64 = 0
    /// Bodies that are no strings: their words are not in the filter.
    package var hasStructuredBodies = false
    /// Sorted.
    package var resourceFingerprints: [UInt64] = []
    /// Logs only: rows by resource and severity; empty where there are too many groups.
    package var counts: [BlockCount] = []
    /// The attribute keys of rows; nil where they are too many.
    package var keys: [String]?
    /// Those of scopes.
    package var scopeKeys: [String]?
    /// See ``BlockFilter``.
    package var filter: [UInt8] = []

    package init() {}

    package func mayContain(traceID: TraceID) -> Bool {
        traceID.isNone || BlockFilter.mayContain(BlockFilter.item(trace: traceID.high, traceID.low), in: filter.span)
    }

    /// An own attribute of a row (an event's or link's too) whose value has this text: strings as they are, integers
    /// in decimal, `true` and `false`.
    package func mayContain(attribute key: String, text: String) -> Bool {
        let key = Hash64.of(key)
        return BlockFilter.mayContain(BlockFilter.item(key: key, text: Hash64.of(text)), in: filter.span)
            || BlockFilter.mayContain(BlockFilter.item(unlisted: key), in: filter.span)
    }

    /// A span of this name.
    package func mayContain(name: String) -> Bool {
        BlockFilter.mayContain(BlockFilter.item(name: Hash64.of(name)), in: filter.span)
    }

    /// A part of a body. False alarms are common for texts of few or frequent letters.
    package func mayContain(within text: [UInt8]) -> Bool {
        if hasStructuredBodies { return true }
        var trigrams = Trigrams()
        let classes = Trigrams.classes
        trigrams.insert(text.span, classes.span)
        var isPossible = true
        trigrams.forEach { trigram in
            isPossible = isPossible && BlockFilter.mayContain(BlockFilter.item(trigram: trigram), in: filter.span)
        }
        return isPossible
    }

    /// A whole word of a body. True for words that filters do not list (see ``Tokens``).
    package func mayContain(token: [UInt8]) -> Bool {
        if hasStructuredBodies { return true }
        var isListed = false
        Tokens.forEach(in: token.span) { if $0 == 0..<token.count { isListed = true } }
        return !isListed
            || BlockFilter.mayContain(BlockFilter.item(token: Hash64.of(token)), in: filter.span)
    }

    package func mayContain(resource fingerprint: UInt64) -> Bool {
        var low = 0
        var high = resourceFingerprints.count
        while low < high {
            let middle = (low + high) / 2
            if resourceFingerprints[middle] < fingerprint { low = middle + 1 } else { high = middle }
        }
        return low < resourceFingerprints.count && resourceFingerprints[low] == fingerprint
    }

    // MARK: Bytes

    private static let version: UInt8 = 2

    package func encode(into out: inout [UInt8]) {
        out.append(BlockMeta.version)
        out.append(varint: rows)
        out.append(varint: byteCount)
        out.append(varint: directoryOffset)
        out.append(varint: minTime)
        out.append(varint: maxTime &- minTime)
        out.append(varint: Varint.zigzag(Int64(minSeverity)))
        out.append(varint: Varint.zigzag(Int64(maxSeverity)))
        out.append(varint: minDuration)
        out.append(varint: maxDuration)
        out.append(varint: maxEnd)
        out.append(hasStructuredBodies ? 1 : 0)
        out.append(varint: resourceFingerprints.count)
        for fingerprint in resourceFingerprints { out.append(uint64: fingerprint) }
        out.append(varint: counts.count)
        for count in counts { count.encode(into: &out) }
        BlockMeta.encode(keys, into: &out)
        BlockMeta.encode(scopeKeys, into: &out)
        out.append(varint: filter.count)
        out.append(contentsOf: filter)
    }

    package init(_ reader: inout ByteReader) throws(CodecError) {
        let version = try reader.byte()
        guard version == BlockMeta.version else { throw reader.error("block meta of version \(version)") }
        rows = try reader.count("rows of a block", limit: Limits.rowsPerBlock)
        byteCount = try reader.count("length of a block", limit: Limits.columnBytes)
        directoryOffset = try reader.count("directory offset", limit: byteCount)
        minTime = try reader.varint()
        maxTime = minTime &+ (try reader.varint())
        minSeverity = Int32(truncatingIfNeeded: Varint.unzigzag(try reader.varint()))
        maxSeverity = Int32(truncatingIfNeeded: Varint.unzigzag(try reader.varint()))
        minDuration = try reader.varint()
        maxDuration = try reader.varint()
        maxEnd = try reader.varint()
        hasStructuredBodies = try reader.byte() != 0
        let resources = try reader.count("resources of a block", limit: reader.remaining / 8)
        for _ in 0..<resources { resourceFingerprints.append(try reader.uint64()) }
        let groups = try reader.count("groups of a block", limit: BlockCount.maximum)
        for _ in 0..<groups { counts.append(try BlockCount(&reader, resources: resources)) }
        keys = try BlockMeta.decodeKeys(&reader)
        scopeKeys = try BlockMeta.decodeKeys(&reader)
        filter = try reader.bytes(try reader.count("length of a filter", limit: reader.remaining))
        guard minTime <= maxTime else { throw reader.error("block times go back") }
    }
}
