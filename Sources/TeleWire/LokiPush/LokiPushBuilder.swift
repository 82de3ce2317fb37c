import TeleModel

/// Collects streams and their entries into a batch. Keys and streams are interned for one request; an entry that its
/// stream has already (time, line and metadata equal) is kept once, as Loki does.
struct LokiPushBuilder {
    private var batch = LogBatch()
    private var refusals = Refusals()
    private let options: DecodeOptions
    private var keys: [String: UInt32] = [:]
    private var streams: [UInt64: UInt32] = [:]
    private var seen: Set<UInt64> = []
    private var attributesLeft = Limits.attributesPerRequest
    private var firstRow = 0
    private var metadataHash: UInt64 = 0
    private var attributes = 0

    init(options: DecodeOptions) {
        self.options = options
        batch.core.scopes.names = [.empty]
        batch.core.scopes.versions = [.empty]
        batch.core.scopes.schemaURLs = [.empty]
        batch.core.scopes.droppedAttributes = [0]
        batch.core.scopes.attributes.closeOwner()
    }

    consuming func finish() -> Decoded<LogBatch> {
        Decoded(batch: batch, rejected: refusals.count, message: refusals.message)
    }

    mutating func beginStream() {
        firstRow = batch.time.count
        seen.removeAll(keepingCapacity: true)
    }

    /// Ends a stream whose entries were added: its labels may come before or after them. Empty values are no labels.
    mutating func endStream(_ labels: [(name: String, value: String)], at offset: Int) throws(WireError) {
        guard batch.time.count > firstRow else { return }
        guard labels.count <= Limits.labelsPerSeries else {
            throw .tooLarge(
                "a stream has more than \(Limits.labelsPerSeries) labels (Limits.labelsPerSeries)", at: offset)
        }
        let set = LabelSet(labels)
        let number: UInt32
        let hash = set.fingerprint
        if let known = streams[hash] {
            number = known
        } else {
            number = appendStream(set)
            streams[hash] = number
        }
        batch.resource.append(contentsOf: repeatElement(number, count: batch.time.count - firstRow))
    }

    private mutating func appendStream(_ labels: LabelSet) -> UInt32 {
        let row = batch.core.resources.count
        batch.core.resources.origins.append(ResourceOrigin.lokiStream.rawValue)
        batch.core.resources.schemaURLs.append(.empty)
        batch.core.resources.droppedAttributes.append(0)
        batch.core.resources.entityRefs.append(.empty)
        for (name, value) in labels.pairs {
            let number = key(name)
            batch.core.resources.attributes.append(key: number, .range(.string, batch.core.heap.append(value)))
        }
        batch.core.resources.attributes.closeOwner()
        batch.core.resources.fingerprints.append(batch.core.resourceFingerprint(row))
        return UInt32(truncatingIfNeeded: row)
    }

    private mutating func key(_ name: String) -> UInt32 {
        if let known = keys[name] { return known }
        let number = UInt32(truncatingIfNeeded: batch.core.keys.count)
        batch.core.keys.append(batch.core.heap.append(name))
        keys[name] = number
        return number
    }

    /// Adds structured metadata of the entry that ``add(time:line:at:)`` ends.
    mutating func metadata(_ name: String, _ value: String, at offset: Int) throws(WireError) {
        attributes += 1
        attributesLeft -= 1
        guard attributesLeft >= 0, attributes <= Limits.attributesPerOwner else {
            throw .tooLarge("more structured metadata than allowed (Limits.attributesPerOwner)", at: offset)
        }
        guard !name.isEmpty else { return }
        let number = key(name)
        let text = batch.core.heap.append(value)
        batch.attributes.append(key: number, .range(.string, text))
        let hash = Hash64.of(batch.core.heap.bytes.span.extracting(text.range))
        metadataHash = Hash64.combine(metadataHash, Hash64.combine(UInt64(number), hash))
    }

    /// Ends an entry. Bytes of the line that are no UTF-8 become U+FFFD.
    mutating func add(time: UInt64, line: [UInt8], at offset: Int) throws(WireError) {
        defer {
            attributes = 0
            metadataHash = 0
        }
        guard batch.time.count < Limits.rowsPerRequest else {
            throw .tooLarge("more entries than a request may have (Limits.rowsPerRequest)", at: offset)
        }
        let hash = Hash64.combine(Hash64.combine(Hash64.of(line), time), metadataHash)
        let isAccepted = time == 0 || options.accepts(time)
        if !isAccepted { refusals.add(.time, "entry") }
        guard isAccepted, seen.insert(hash).inserted else {
            batch.attributes.removeOwners(from: batch.time.count)
            return
        }
        batch.scope.append(0)
        batch.time.append(time)
        batch.observed.append(time == 0 ? options.now : 0)
        batch.severity.append(0)
        batch.severityText.append(.empty)
        batch.bodyKind.append(ValueKind.string.rawValue)
        if UTF8Check.isValid(line.span.bytes, 0..<line.count) {
            batch.body.append(batch.core.heap.append(line).packed)
        } else {
            batch.body.append(batch.core.heap.append(String(decoding: line, as: UTF8.self)).packed)
        }
        batch.traceHigh.append(0)
        batch.traceLow.append(0)
        batch.span.append(0)
        batch.flags.append(0)
        batch.droppedAttributes.append(0)
        batch.eventName.append(.empty)
        batch.attributes.closeOwner()
    }
}
