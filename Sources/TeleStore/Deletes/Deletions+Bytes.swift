internal import TeleCodec
internal import TeleEngine

/// The file of deletions, little endian: magic `TELEDEL` and a line feed (8), format version (4), entry count (4),
/// generation (8), next id (8); an entry is its length (varint), id, time of creation, last log record (8 each), state
/// (1), note (text), selection (``Deletion``); at the end the CRC-32 of all (4).
extension Deletions: TwinContent {
    static let names = ["deletes", "deletes.copy"]
    private static let magic: [UInt8] = Array("TELEDEL\n".utf8)
    private static let version: UInt32 = 1
    private static let fixedBytes = 32

    func encode() -> [UInt8] {
        var out = Deletions.magic
        out.append(uint32: Deletions.version)
        out.append(uint32: UInt32(entries.count))
        out.append(uint64: generation)
        out.append(uint64: nextID)
        for entry in entries {
            let bytes = entry.encode()
            out.append(varint: bytes.count)
            out.append(contentsOf: bytes)
        }
        out.append(uint32: Checksum.crc32(out))
        return out
    }

    init(encoded bytes: [UInt8]) throws(TwinFailure) {
        guard bytes.count >= Deletions.fixedBytes + 4, bytes.starts(with: Deletions.magic) else { throw .damaged }
        var tail = ByteReader(bytes.span.bytes.extracting(bytes.count - 4..<bytes.count))
        guard let sum = try? tail.uint32(),
            Checksum.matches(bytes.span.extracting(0..<bytes.count - 4), sum, .deletions)
        else {
            throw .damaged
        }
        var newer: UInt32?
        do throws(CodecError) {
            var reader = ByteReader(bytes.span.bytes.extracting(0..<bytes.count - 4))
            _ = try reader.uint64()
            let version = try reader.uint32()
            if version > Deletions.version { newer = version }
            let count = Int(try reader.uint32())
            let generation = try reader.uint64()
            let nextID = try reader.uint64()
            var entries: [Entry] = []
            for _ in 0..<count where newer == nil {
                let length = try reader.count("deletion", limit: reader.remaining)
                var part = ByteReader(try reader.take(length))
                entries.append(try Entry(&part))
            }
            self.init(generation: generation, nextID: nextID, entries: entries)
        } catch {
            throw .damaged
        }
        if let newer { throw .newerVersion(newer) }
    }
}

extension Deletions.Entry {
    func encode() -> [UInt8] {
        var out: [UInt8] = []
        for field in [tombstone.id, tombstone.created, through] { out.append(uint64: field) }
        out.append(tombstone.state.rawValue)
        out.append(text: tombstone.note)
        tombstone.deletion.encode(into: &out)
        return out
    }

    init(_ reader: inout ByteReader) throws(CodecError) {
        let (id, created, through) = (try reader.uint64(), try reader.uint64(), try reader.uint64())
        guard let state = Tombstone.State(rawValue: try reader.byte()) else { throw reader.error("state") }
        let note = try reader.text()
        let deletion = try Deletion(&reader)
        tombstone = Tombstone(id: id, created: created, deletion: deletion, note: note, state: state)
        self.through = through
    }
}
