internal import TeleCodec

/// The layout of segment files (`logs/`, `traces/`, `metrics/` `<16 hex digits>.seg`), little endian.
///
/// | part | what |
/// |---|---|
/// | header, 16 bytes | magic `TELESEG` and a line feed (8), format version (4), ``Signal`` (4) |
/// | blocks and sections | bytes as their encoders made them, one after another; checksums are in the footer |
/// | footer | ``SegmentFooter`` |
/// | trailer, 32 bytes | footer offset (8), footer length (8), footer CRC-32 (4), format version (4), magic (8) |
///
/// Invariants:
/// 1. A file of this name is complete: it is written as `*.tmp`, synced, renamed, and its folder synced, before the
///    manifest names it. It never changes afterwards.
/// 2. Every byte but the header's is under a checksum: the trailer's fields through the footer's, blocks and sections
///    through their entries in the footer.
/// 3. No length is used before it was held against the file's size and a limit.
enum SegmentFormat {
    static let magic: [UInt8] = Array("TELESEG\n".utf8)
    static let version: UInt32 = 1
    static let headerBytes = 16
    static let trailerBytes = 32

    static func header(_ signal: Signal) -> [UInt8] {
        var out = magic
        out.append(uint32: version)
        out.append(uint32: UInt32(signal.rawValue))
        return out
    }

    struct Trailer: Equatable {
        var footerOffset: Int
        var footerLength: Int
        var footerSum: UInt32

        func encode() -> [UInt8] {
            var out: [UInt8] = []
            out.append(uint64: UInt64(footerOffset))
            out.append(uint64: UInt64(footerLength))
            out.append(uint32: footerSum)
            out.append(uint32: SegmentFormat.version)
            out.append(contentsOf: SegmentFormat.magic)
            return out
        }
    }

    /// The trailer of a file of so many bytes, or why it can't be one.
    static func readTrailer(_ bytes: [UInt8], fileSize: Int) throws(SegmentDamage) -> Trailer {
        var reader = ByteReader(bytes.span.bytes)
        guard bytes.count == trailerBytes, let offset = try? reader.uint64(), let length = try? reader.uint64(),
            let sum = try? reader.uint32(), let version = try? reader.uint32(), bytes.suffix(8).elementsEqual(magic)
        else { throw SegmentDamage("the trailer is damaged or missing") }
        guard version <= SegmentFormat.version else { throw SegmentDamage("format version \(version) is newer") }
        guard length <= UInt64(StoreLimits.footerBytes), offset <= UInt64(fileSize),
            offset + length + UInt64(trailerBytes) == UInt64(fileSize)
        else { throw SegmentDamage("the trailer's lengths don't fit the file") }
        return Trailer(footerOffset: Int(offset), footerLength: Int(length), footerSum: sum)
    }
}

/// A part of a segment that can't be read: which, and why.
package struct SegmentDamage: Error, Equatable, Sendable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) { self.message = message }
    package var description: String { message }
}
