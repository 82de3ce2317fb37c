internal import TeleCodec

/// The manifest file, little endian: magic `TELEMAN` and a line feed (8), format version (4), entry count (4),
/// generation (8), next segment id (8), sealed-through of logs, spans, samples (8 each); an entry is signal (4),
/// footer CRC-32 (4), id, first time, last time, rows, bytes, last sequence (8 each); at the end the CRC-32 of all (4).
extension Manifest {
    static let magic: [UInt8] = Array("TELEMAN\n".utf8)
    static let version: UInt32 = 1
    private static let entryBytes = 56
    private static let fixedBytes = 56

    func encode() -> [UInt8] {
        var out = Manifest.magic
        out.append(uint32: Manifest.version)
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
        out.append(uint32: Checksum.crc32(out))
        return out
    }

    init(encoded bytes: [UInt8]) throws(TwinFailure) {
        guard bytes.count >= Manifest.fixedBytes + 4, bytes.starts(with: Manifest.magic) else { throw .damaged }
        var tail = ByteReader(bytes.span.bytes.extracting(bytes.count - 4..<bytes.count))
        guard let sum = try? tail.uint32(),
            Checksum.matches(bytes.span.extracting(0..<bytes.count - 4), sum, .manifest)
        else {
            throw .damaged
        }
        var reader = ByteReader(bytes.span.bytes)
        do throws(CodecError) {
            _ = try reader.uint64()
            let version = try reader.uint32()
            if version > Manifest.version { throw CodecError("newer", at: -1) }
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
        } catch {
            throw error.offset == -1 ? .newerVersion(Manifest.version(of: bytes)) : .damaged
        }
    }

    private static func version(of bytes: [UInt8]) -> UInt32 {
        var reader = ByteReader(bytes.span.bytes.extracting(8..<12))
        return (try? reader.uint32()) ?? 0
    }
}
