internal import TeleModel

/// Reads pages of a block through a source, each checked against its CRC before anything of it is used.
struct BlockPages {
    private struct Page {
        var kind: UInt8
        var column: Int
        var range: Range<Int>
        var checksum: UInt32
    }

    private let source: (Range<Int>) throws(CodecError) -> [UInt8]
    private var pages: [Page] = []
    private var index: [UInt64: Int] = [:]
    private var whole: [UInt8]?

    /// `readsAll`: the whole block in one read, for when nearly all of it is wanted.
    init(
        _ meta: BlockMeta, readsAll: Bool, source: @escaping (Range<Int>) throws(CodecError) -> [UInt8]
    ) throws(CodecError) {
        self.source = source
        let range = meta.directoryOffset..<max(meta.directoryOffset, meta.byteCount)
        if readsAll { whole = try BlockPages.read(0..<range.upperBound, source) }
        let directory = try BlockPages.read(range, whole, source)
        guard directory.count >= 5 else { throw CodecError("block without a directory") }
        let body = directory.span.extracting(0..<directory.count - 4)
        var tail = ByteReader(directory.span.extracting(directory.count - 4..<directory.count).bytes)
        guard try tail.uint32() == Checksum.crc32(body) else { throw CodecError("directory checksum differs") }
        var reader = ByteReader(body.bytes)
        let count = try reader.count("number of pages", limit: reader.remaining)
        var at = 0
        for _ in 0..<count {
            let kind = try reader.byte()
            let column = try reader.count("column number", limit: Limits.rowsPerBlock)
            let length = try reader.count("page length", limit: meta.directoryOffset - at)
            pages.append(Page(kind: kind, column: column, range: at..<at + length, checksum: try reader.uint32()))
            index[UInt64(kind) << 32 | UInt64(column)] = pages.count - 1
            at += length
        }
    }

    private static func read(
        _ range: Range<Int>, _ whole: [UInt8]?, _ source: (Range<Int>) throws(CodecError) -> [UInt8]
    ) throws(CodecError) -> [UInt8] {
        if let whole { return Array(whole[range]) }
        return try read(range, source)
    }

    private static func read(
        _ range: Range<Int>, _ source: (Range<Int>) throws(CodecError) -> [UInt8]
    ) throws(CodecError) -> [UInt8] {
        let bytes = try source(range)
        guard bytes.count == range.count else {
            throw CodecError("block is shorter than it should be", at: bytes.count)
        }
        return bytes
    }

    var sizes: [(name: String, bytes: Int)] {
        pages.map { ("\(PageKind(rawValue: $0.kind).map { "\($0)" } ?? "unknown") \($0.column)", $0.range.count) }
    }

    func page(_ kind: PageKind, column: Int = 0) throws(CodecError) -> [UInt8] {
        if let found = index[UInt64(kind.rawValue) << 32 | UInt64(column)] {
            let page = pages[found]
            let bytes = try BlockPages.read(page.range, whole, source)
            guard Checksum.crc32(bytes) == page.checksum else {
                throw CodecError("checksum of page \(kind) \(column) differs", at: page.range.lowerBound)
            }
            return bytes
        }
        throw CodecError("block without a page \(kind) \(column)")
    }
}
