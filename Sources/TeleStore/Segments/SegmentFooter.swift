internal import TeleCodec

/// What a segment holds and where. Encoded as: last sequence, first and last time, rows (8 each), replaced segments
/// (count, 8 each), blocks (count; offset, CRC-32, `BlockMeta`), sections (count; kind, offset, length, CRC-32).
/// Counts are varints; see ``encode()``.
struct SegmentFooter: Sendable {
    struct Block: Sendable, Equatable {
        var offset: Int
        /// CRC-32 of the whole block; its pages have their own.
        var sum: UInt32
        var meta: BlockMeta
    }

    struct Section: Sendable, Equatable {
        var kind: UInt32
        var offset: Int
        var length: Int
        var sum: UInt32
    }

    /// Section kinds.
    enum Kind {
        static let resources: UInt32 = 1
        static let traceDirectory: UInt32 = 2
        static let tracePages: UInt32 = 3
        /// The whole layout of the samples room, which checks itself.
        static let samples: UInt32 = 100
    }

    var lastSequence: UInt64 = 0
    var replaces: [UInt64] = []
    var blocks: [Block] = []
    var sections: [Section] = []
    var minTime: UInt64 = .max
    var maxTime: UInt64 = 0
    var rows: UInt64 = 0

    func encode() -> [UInt8] {
        var out: [UInt8] = []
        for field in [lastSequence, minTime, maxTime, rows] { out.append(uint64: field) }
        out.append(varint: replaces.count)
        for id in replaces { out.append(uint64: id) }
        out.append(varint: blocks.count)
        for block in blocks {
            out.append(varint: block.offset)
            out.append(uint32: block.sum)
            block.meta.encode(into: &out)
        }
        out.append(varint: sections.count)
        for section in sections {
            for field in [Int(section.kind), section.offset, section.length, Int(section.sum)] {
                out.append(varint: field)
            }
        }
        return out
    }

    init() {}

    /// `end`: where the blocks and sections end within the file.
    init(encoded bytes: [UInt8], end: Int) throws(SegmentDamage) {
        do throws(CodecError) {
            try read(bytes, end: end)
        } catch {
            throw SegmentDamage("the footer is damaged: \(error)")
        }
    }

    private mutating func read(_ bytes: [UInt8], end: Int) throws(CodecError) {
        var reader = ByteReader(bytes.span.bytes)
        lastSequence = try reader.uint64()
        minTime = try reader.uint64()
        maxTime = try reader.uint64()
        rows = try reader.uint64()
        for _ in 0..<(try reader.count("replaced segments", limit: reader.remaining / 8)) {
            replaces.append(try reader.uint64())
        }
        let blockCount = try reader.count("blocks", limit: reader.remaining / 8)
        blocks.reserveCapacity(blockCount)
        for _ in 0..<blockCount {
            let offset = try reader.count("offset", limit: end)
            let sum = try reader.uint32()
            let meta = try BlockMeta(&reader)
            guard meta.byteCount <= min(end - offset, StoreLimits.blockBytes) else {
                throw reader.error("a block of \(meta.byteCount) bytes")
            }
            blocks.append(Block(offset: offset, sum: sum, meta: meta))
        }
        let sectionCount = try reader.count("sections", limit: reader.remaining / 4)
        for _ in 0..<sectionCount {
            let kind = UInt32(try reader.count("kind", limit: Int(UInt32.max)))
            let offset = try reader.count("offset", limit: end)
            let length = try reader.count("length", limit: end - offset)
            let sum = UInt32(try reader.count("checksum", limit: Int(UInt32.max)))
            sections.append(Section(kind: kind, offset: offset, length: length, sum: sum))
        }
        if !reader.isAtEnd { throw reader.error("bytes after the last section") }
    }

    func section(_ kind: UInt32) -> Section? { sections.first { $0.kind == kind } }

    /// Roughly what it holds in memory.
    var byteCount: Int {
        blocks.reduce(sections.count * 32 + 100) {
            $0 + $1.meta.byteCountInMemory
        }
    }
}
