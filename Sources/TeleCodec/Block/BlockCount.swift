internal import TeleModel

/// How many rows of a log block have one resource and severity.
package struct BlockCount: Sendable, Equatable {
    /// Index into ``BlockMeta/resourceFingerprints``.
    package var resource: Int
    package var severity: Int32
    package var severityText: String
    package var rows: UInt64
    /// Of their lines (``LokiMapping/lineCount(_:row:)``).
    package var lineBytes: UInt64

    /// Beyond, a block does not state its counts: they would be a column.
    static let maximum = 64
    private static let textBytes = 64

    static func counts(of batch: LogBatch, resources: [UInt64]) -> [BlockCount] {
        let place = batch.core.resources.fingerprints.map { fingerprint in
            resources.firstIndex(of: fingerprint) ?? 0
        }
        let heap = batch.core.heap.bytes.span
        var interner = TextInterner()
        var out: [BlockCount] = []
        var codes: [UInt32] = []
        var last = (text: ByteRange.empty, code: UInt32(0), isSet: false)
        for row in 0..<batch.count {
            let text = batch.severityText[row]
            if !last.isSet || text != last.text { last = (text, interner.code(text, in: heap), true) }
            let resource = place[Int(batch.resource[row])]
            let severity = batch.severity[row]
            var at = 0
            while at < out.count,
                out[at].severity != severity || codes[at] != last.code || out[at].resource != resource
            {
                at &+= 1
            }
            if at == out.count {
                guard out.count < maximum, text.count <= textBytes else { return [] }
                codes.append(last.code)
                out.append(
                    BlockCount(
                        resource: resource, severity: severity, severityText: batch.core.heap.string(text), rows: 0,
                        lineBytes: 0))
            }
            out[at].rows &+= 1
            out[at].lineBytes &+= UInt64(LokiMapping.lineCount(batch, row: row))
        }
        // Two texts that are no UTF-8 may come out as one.
        return out
    }

    func encode(into out: inout [UInt8]) {
        out.append(varint: resource)
        out.append(varint: Varint.zigzag(Int64(severity)))
        out.append(varint: severityText.utf8.count)
        out.append(contentsOf: severityText.utf8)
        out.append(varint: rows)
        out.append(varint: lineBytes)
    }

    init(resource: Int, severity: Int32, severityText: String, rows: UInt64, lineBytes: UInt64) {
        self.resource = resource
        self.severity = severity
        self.severityText = severityText
        self.rows = rows
        self.lineBytes = lineBytes
    }

    init(_ reader: inout ByteReader, resources: Int) throws(CodecError) {
        resource = try reader.count("resource of a group", limit: max(0, resources - 1))
        severity = Int32(truncatingIfNeeded: Varint.unzigzag(try reader.varint()))
        // Replacement characters take three bytes for one.
        let length = try reader.count("length of a severity text", limit: BlockCount.textBytes * 3)
        severityText = String(decoding: try reader.bytes(length), as: UTF8.self)
        rows = try reader.varint()
        lineBytes = try reader.varint()
    }
}

extension BlockMeta {
    private static let maximumKeys = 256
    private static let maximumKeyBytes = 4 << 10

    /// What it takes in memory, roughly.
    package var byteCountInMemory: Int {
        200 + filter.count + resourceFingerprints.count * 8 + counts.count * 64
            + (keys ?? []).reduce(0) { $0 + 32 + $1.utf8.count }
            + (scopeKeys ?? []).reduce(0) { $0 + 32 + $1.utf8.count }
    }

    static func keys(of table: AttributeTable, _ core: BatchCore) -> [String]? {
        var isUsed = [Bool](repeating: false, count: core.keys.count)
        for key in table.keys { isUsed[Int(key)] = true }
        let used = isUsed.indices.filter { isUsed[$0] }.map { core.keys[$0] }
        let bytes = used.reduce(0) { $0 + Int($1.count) }
        guard used.count <= maximumKeys, bytes <= maximumKeyBytes else { return nil }
        return used.map { core.heap.string($0) }.sorted()
    }

    /// Varint 0 for none stated, else 1 + how many, each with its varint length.
    static func encode(_ keys: [String]?, into out: inout [UInt8]) {
        guard let keys else { return out.append(0) }
        out.append(varint: keys.count + 1)
        for key in keys {
            out.append(varint: key.utf8.count)
            out.append(contentsOf: key.utf8)
        }
    }

    static func decodeKeys(_ reader: inout ByteReader) throws(CodecError) -> [String]? {
        let count = try reader.count("keys of a block", limit: maximumKeys + 1)
        guard count > 0 else { return nil }
        var keys: [String] = []
        for _ in 1..<count {
            // Replacement characters take three bytes for one.
            let length = try reader.count("length of a key", limit: maximumKeyBytes * 3)
            keys.append(String(decoding: try reader.bytes(length), as: UTF8.self))
        }
        return keys
    }
}
