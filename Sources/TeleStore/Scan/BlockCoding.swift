internal import TeleCodec
internal import TeleEngine
internal import TeleModel

// How the blocks of log and span segments are read and pruned: the one place that knows TeleCodec's block formats.

extension SegmentReader {
    /// What readers of the block keep for each other.
    func memory(of block: SegmentFooter.Block) -> CachedBlock {
        CachedBlock(cache: blockCache, segment: entry.id, offset: block.offset)
    }

    fileprivate func source(
        _ block: SegmentFooter.Block
    ) -> (Range<Int>) throws(CodecError) -> [UInt8] {
        { range throws(CodecError) in try self.bytes(range, of: block) }
    }
}

extension SegmentDamage {
    /// What the codec finds wrong is damage of the segment.
    fileprivate static func reading<Result>(
        _ body: () throws(CodecError) -> Result
    ) throws(SegmentDamage) -> Result {
        do throws(CodecError) { return try body() } catch { throw SegmentDamage("\(error)") }
    }
}

extension LogSignal {
    static func encode(_ batch: LogBatch) -> EncodedBlock { LogBlock.encode(batch) }

    static func open(_ block: SegmentFooter.Block, of reader: SegmentReader) -> LogBlockReader {
        LogBlockReader(block.meta, memory: reader.memory(of: block), source: reader.source(block))
    }

    static func decode(
        _ block: LogBlockReader, columns: LogColumns, keys: [String]?, rows: [Int]?
    ) throws(SegmentDamage) -> LogBatch {
        try SegmentDamage.reading { () throws(CodecError) in
            try block.decode(columns: LogBlock.Columns(rawValue: columns.rawValue), attributeKeys: keys, rows: rows)
        }
    }

    static func templates(_ block: LogBlockReader) throws(SegmentDamage) -> BodyTemplates? {
        try SegmentDamage.reading { () throws(CodecError) in try block.bodyTemplates() }
    }

    /// By the ids where a trace is asked for, which are few rows; else by the templates of the bodies.
    static func candidates(_ block: LogBlockReader, _ filter: LogFilter) throws(SegmentDamage) -> [Int]? {
        guard filter.trace != nil || !filter.needles.isEmpty else { return nil }
        return try SegmentDamage.reading { () throws(CodecError) in
            if let trace = filter.trace { return try block.rows(of: trace) }
            return try block.bodyCandidates(filter.needles)
        }
    }
}

extension SpanSignal {
    static func encode(_ batch: SpanBatch) -> EncodedBlock { SpanBlock.encode(batch) }

    static func open(_ block: SegmentFooter.Block, of reader: SegmentReader) -> SpanBlockReader {
        SpanBlockReader(
            block.meta,
            memory: reader.memory(of: block),
            source: reader.source(block))
    }

    static func decode(
        _ block: SpanBlockReader, columns: SpanColumns, keys: [String]?, rows: [Int]?
    ) throws(SegmentDamage) -> SpanBatch {
        try SegmentDamage.reading { () throws(CodecError) in
            try block.decode(columns: SpanBlock.Columns(rawValue: columns.rawValue), attributeKeys: keys, rows: rows)
        }
    }

    /// By their durations, where these are asked for.
    static func candidates(_ block: SpanBlockReader, _ filter: SpanFilter) throws(SegmentDamage) -> [Int]? {
        guard let durations = filter.durations else { return nil }
        return try SegmentDamage.reading { () throws(CodecError) in try block.rows(lasting: durations) }
    }

    /// The rows of a trace, rising.
    static func rows(of trace: TraceID, _ block: SpanBlockReader) throws(SegmentDamage) -> [Int] {
        try SegmentDamage.reading { () throws(CodecError) in try block.rows(of: trace) }
    }

    static func traceIDs(_ block: SpanBlockReader) throws(SegmentDamage) -> (high: [UInt64], low: [UInt64]) {
        try SegmentDamage.reading { () throws(CodecError) in try block.decodeTraceIDs() }
    }
}

extension LogFilter {
    func mayMatch(_ meta: BlockMeta) -> Bool {
        for condition in conditions {
            switch condition {
            case .traceID(let id): if !meta.mayContain(traceID: id) { return false }
            case .severity(let range):
                if range.upperBound < meta.minSeverity || range.lowerBound > meta.maxSeverity { return false }
            case .attribute(let scope, let key, let test):
                if !meta.mayPass(scope, key, test) { return false }
            case .bodyContains(let text):
                if !meta.mayContain(wordsWithin: text) || !meta.mayContain(within: text) { return false }
            case .bodyMatches(let pattern):
                if !meta.mayContain(within: pattern.requiredLiteral) { return false }
            case .bodyContainsNot, .bodyMatchesNot, .spanID: break
            }
        }
        return true
    }
}

extension SpanFilter {
    func mayMatch(_ meta: BlockMeta) -> Bool {
        for condition in conditions {
            switch condition {
            case .name(.equalsText(let name)): if !meta.mayContain(name: name) { return false }
            case .status(let status):
                if status < meta.minSeverity || status > meta.maxSeverity { return false }
            case .duration(let range):
                if range.upperBound < meta.minDuration || range.lowerBound > meta.maxDuration { return false }
            case .attribute(let scope, let key, let test):
                if !meta.mayPass(scope, key, test) { return false }
            case .name, .kind, .isRoot: break
            }
        }
        return true
    }
}

extension BlockMeta {
    /// Own attributes that have to equal something: the filter lists their texts.
    func mayPass(_ scope: AttributeScope, _ key: String, _ test: ValueTest) -> Bool {
        guard scope == .own else { return true }
        return switch test {
        case .equalsText(let text): mayContain(attribute: key, text: text)
        case .equalsInt(let value): mayContain(attribute: key, text: String(value))
        case .equalsBool(let value): mayContain(attribute: key, text: value ? "true" : "false")
        // The filter knows of keys that have values which it does not list.
        case .orNested(let inner): mayPass(scope, key, inner)
        default: true
        }
    }

    /// Words that have both their ends within the text have to be words of the body.
    func mayContain(wordsWithin text: [UInt8]) -> Bool {
        Tokens.required(by: text.span).allSatisfy { mayContain(token: $0) }
    }
}
