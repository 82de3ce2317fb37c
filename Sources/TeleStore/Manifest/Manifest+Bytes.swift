internal import TeleCodec

/// The manifest file's body, little endian (the envelope is ``TwinContent``'s): entry count (4), generation (8), next
/// segment id (8), sealed-through of logs, spans, samples (8 each); an entry is signal (4), footer CRC-32 (4), id,
/// first time, last time, rows, bytes, last sequence (8 each).
extension Manifest: TwinContent {
    static let names = ["manifest", "manifest.copy"]
    static let magic: [UInt8] = Array("TELEMAN\n".utf8)
    static let version: UInt32 = 1
    static let check = ChecksumKind.manifest
    private static let entryBytes = 56

    func encodeBody(into out: inout [UInt8]) {
        out.append(uint32: UInt32(segments.count))
        out.append(uint64: generation)
        out.append(uint64: nextSegment)
        for sequence in sealedThrough { out.append(uint64: sequence) }
        for entry in segments {
            out.append(uint32: UInt32(entry.signal.rawValue))
            out.append(uint32: entry.footerSum)
            for field in [entry.id, entry.minTime, entry.maxTime, entry.rows, entry.bytes, entry.lastSequence] {
                out.append(uint64: field)
            }
        }
    }

    init(body reader: inout ByteReader) throws(CodecError) {
        let count = Int(try reader.uint32())
        guard count <= reader.remaining / Manifest.entryBytes else { throw reader.error("too many entries") }
        generation = try reader.uint64()
        nextSegment = try reader.uint64()
        for i in 0..<3 { sealedThrough[i] = try reader.uint64() }
        segments.reserveCapacity(count)
        for _ in 0..<count {
            let kind = try reader.uint32()
            guard let signal = UInt8(exactly: kind).flatMap(Signal.init) else { throw reader.error("signal") }
            let footerSum = try reader.uint32()
            segments.append(
                SegmentEntry(
                    signal: signal, id: try reader.uint64(), minTime: try reader.uint64(),
                    maxTime: try reader.uint64(), rows: try reader.uint64(), bytes: try reader.uint64(),
                    lastSequence: try reader.uint64(), footerSum: footerSum))
        }
    }
}
