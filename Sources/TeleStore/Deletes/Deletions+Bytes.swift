internal import TeleCodec
internal import TeleEngine

/// The body of the file of deletions, little endian (the envelope is ``TwinContent``'s): entry count (4), generation
/// (8), next id (8); an entry is its length (varint), id, time of creation, last log record (8 each), state (1), note
/// (text), selection (``Deletion``).
extension Deletions: TwinContent {
    static let names = ["deletes", "deletes.copy"]
    static let magic: [UInt8] = Array("TELEDEL\n".utf8)
    static let version: UInt32 = 1
    static let check = ChecksumKind.deletions

    func encodeBody(into out: inout [UInt8]) {
        out.append(uint32: UInt32(entries.count))
        out.append(uint64: generation)
        out.append(uint64: nextID)
        for entry in entries {
            let bytes = entry.encode()
            out.append(varint: bytes.count)
            out.append(contentsOf: bytes)
        }
    }

    init(body reader: inout ByteReader) throws(CodecError) {
        let count = Int(try reader.uint32())
        let generation = try reader.uint64()
        let nextID = try reader.uint64()
        var entries: [Entry] = []
        for _ in 0..<count {
            let length = try reader.count("deletion", limit: reader.remaining)
            var part = ByteReader(try reader.take(length))
            entries.append(try Entry(&part))
        }
        self.init(generation: generation, nextID: nextID, entries: entries)
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
