import Synchronization
import TeleCodec
import TeleTestKit

/// Breaks a byte of a segment and makes the checksums fit again, so that what lies behind them is reached.
enum SamplesForgery {
    /// Sections as the footer lists them: id, offset, length, and where their checksum stands in the footer.
    struct Section {
        var range: Range<Int>
        var sumAt: Int
    }

    static func forge(_ good: [UInt8], _ random: inout SeededGenerator) throws -> [UInt8] {
        var bytes = good
        let trailer = bytes.count - 12
        let footerLength = Int(bytes[trailer]) | Int(bytes[trailer + 1]) << 8
        let footer = trailer - footerLength
        let sections = try sections(Array(bytes[footer..<trailer]), footer)
        let chosen = sections[random.below(sections.count)]
        if random.chance(0.3) || chosen.range.isEmpty {
            // A chunk group: its checksum stands in the directory, which is the third section.
            let groups = sections[0].range.lowerBound
            bytes[8 + random.below(groups - 8)] ^= 1 << UInt8(random.below(8))
            let directory = sections[2]
            try refitGroups(&bytes, directory.range)
            try refitGroups(&bytes, sections[3].range)
            store(&bytes, Checksum.crc32(Array(bytes[directory.range])), directory.sumAt)
            store(&bytes, Checksum.crc32(Array(bytes[sections[3].range])), sections[3].sumAt)
        } else {
            for _ in 0..<1 + random.below(2) {
                let at = chosen.range.lowerBound + random.below(chosen.range.count)
                bytes[at] = random.chance(0.5) ? UInt8(random.below(256)) : bytes[at] ^ 1 << UInt8(random.below(8))
            }
            store(&bytes, Checksum.crc32(Array(bytes[chosen.range])), chosen.sumAt)
        }
        store(&bytes, Checksum.crc32(Array(bytes[footer..<trailer])), trailer + 4)
        return bytes
    }

    private static func sections(_ footer: [UInt8], _ start: Int) throws -> [Section] {
        var reader = ByteReader(footer.span.bytes)
        for _ in 0..<3 { _ = try reader.varint() }
        for _ in 0..<2 { _ = try reader.uint64() }
        var sections: [Section] = []
        while !reader.isAtEnd {
            _ = try reader.byte()
            let offset = Int(try reader.varint())
            let length = Int(try reader.varint())
            sections.append(Section(range: offset..<offset + length, sumAt: start + reader.offset))
            _ = try reader.uint32()
        }
        return sections
    }

    private static func refitGroups(_ bytes: inout [UInt8], _ directory: Range<Int>) throws {
        let copy = Array(bytes[directory])
        var reader = ByteReader(copy.span.bytes)
        for _ in 0..<(try reader.varint()) {
            let offset = Int(try reader.varint())
            let length = Int(try reader.varint())
            let at = directory.lowerBound + reader.offset
            _ = try reader.uint32()
            store(&bytes, Checksum.crc32(Array(bytes[offset..<offset + length])), at)
        }
    }

    private static func store(_ bytes: inout [UInt8], _ value: UInt32, _ at: Int) {
        for i in 0..<4 { bytes[at + i] = UInt8(truncatingIfNeeded: value >> UInt32(8 * i)) }
    }
}

final class SamplesDamageLog: Sendable {
    private let errors = Mutex<[CodecError]>([])

    var count: Int { errors.withLock { $0.count } }
    func add(_ error: CodecError) { errors.withLock { $0.append(error) } }
}
