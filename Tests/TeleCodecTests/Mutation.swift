import TeleTestKit

@testable import TeleCodec

/// What happens to bytes at rest.
enum Mutation {
    static func apply(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        switch random.below(4) {
        case 0: return Array(bytes.prefix(random.below(bytes.count)))
        case 1:
            for _ in 0..<1 + random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            return bytes
        case 2:
            let start = random.below(bytes.count)
            for i in start..<min(bytes.count, start + 16) { bytes[i] = random.chance(0.5) ? 0xff : 0 }
            return bytes
        default: return flip(bytes, &random)
        }
    }

    static func flip(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
        return bytes
    }

    /// The block with every checksum set to what its bytes have now.
    static func repair(_ bytes: [UInt8], _ meta: BlockMeta) -> [UInt8] {
        var bytes = bytes
        var directory: [UInt8] = []
        guard let lengths = try? pageLengths(Array(bytes[meta.directoryOffset...])) else { return bytes }
        directory.append(varint: lengths.count)
        var at = 0
        for page in lengths {
            guard page.length <= meta.directoryOffset - at else { return bytes }
            directory.append(page.kind)
            directory.append(varint: page.column)
            directory.append(varint: page.length)
            directory.append(uint32: Checksum.crc32(Array(bytes[at..<at + page.length])))
            at += page.length
        }
        directory.append(uint32: Checksum.crc32(directory))
        guard meta.directoryOffset + directory.count == meta.byteCount else { return bytes }
        bytes.replaceSubrange(meta.directoryOffset..., with: directory)
        return bytes
    }

    private static func pageLengths(
        _ directory: [UInt8]
    ) throws(CodecError) -> [(kind: UInt8, column: Int, length: Int)] {
        var reader = ByteReader(directory.span.bytes)
        var out: [(kind: UInt8, column: Int, length: Int)] = []
        for _ in 0..<(try reader.count("pages", limit: 10_000)) {
            let kind = try reader.byte()
            let column = try reader.count("column", limit: 100_000)
            out.append((kind, column, try reader.count("length", limit: 1 << 24)))
            _ = try reader.uint32()
        }
        return out
    }
}
