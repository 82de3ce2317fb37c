internal import TeleModel

/// Reads pages of a block through a source, each checked against its CRC before anything of it is used, and keeps them
/// for the next who asks.
final class BlockPages {
    private struct Page: Sendable {
        var kind: UInt8
        var column: Int
        var range: Range<Int>
        var checksum: UInt32
    }

    /// The directory and pages that were read and checked.
    private struct Kept: Sendable {
        var pages: [Page]
        var index: [UInt64: Int]
        var bytes: [Int: [UInt8]]

        /// In memory, about.
        var byteCount: Int { pages.count * 64 + bytes.values.reduce(0) { $0 + $1.count + 64 } }
    }

    /// Who wants so few rows of a block mostly waits for its pages to be read and checked.
    static let fewRows = 64

    private let meta: BlockMeta
    private let memory: (any BlockMemory)?
    private let source: (Range<Int>) throws(CodecError) -> [UInt8]
    /// nil until the directory was read.
    private var pages: [Page]?
    private var index: [UInt64: Int] = [:]
    private var whole: [UInt8]?
    private var kept: [Int: [UInt8]] = [:]
    /// Pages that ``memory`` has not.
    private var isNew = false

    init(
        _ meta: BlockMeta, memory: (any BlockMemory)? = nil,
        source: @escaping (Range<Int>) throws(CodecError) -> [UInt8]
    ) {
        self.meta = meta
        self.memory = memory
        self.source = source
    }

    /// Leaves what was read to the next reader of the block.
    func keepForOthers() {
        guard isNew, whole == nil, let memory, let pages else { return }
        let found = Kept(pages: pages, index: index, bytes: kept)
        memory.keep(found, bytes: found.byteCount, .pages)
        isNew = false
    }

    /// The whole block in one read, for when nearly all of it is wanted.
    func readAll() throws(CodecError) {
        if whole == nil, pages == nil { whole = try readSource(0..<max(meta.directoryOffset, meta.byteCount)) }
    }

    private func directory() throws(CodecError) -> [Page] {
        if let pages { return pages }
        if let known = memory?.value(.pages, as: Kept.self) {
            (pages, index, kept) = (known.pages, known.index, known.bytes)
            return known.pages
        }
        let directory = try read(meta.directoryOffset..<max(meta.directoryOffset, meta.byteCount))
        guard directory.count >= 5 else { throw CodecError("block without a directory") }
        let body = directory.span.extracting(0..<directory.count - 4)
        var tail = ByteReader(directory.span.extracting(directory.count - 4..<directory.count).bytes)
        guard Checksum.matches(body, try tail.uint32(), .blockDirectory) else {
            throw CodecError("directory checksum differs")
        }
        var reader = ByteReader(body.bytes)
        let count = try reader.count("number of pages", limit: reader.remaining)
        var found: [Page] = []
        var at = 0
        for _ in 0..<count {
            let kind = try reader.byte()
            let column = try reader.count("column number", limit: Limits.rowsPerBlock)
            let length = try reader.count("page length", limit: meta.directoryOffset - at)
            found.append(Page(kind: kind, column: column, range: at..<at + length, checksum: try reader.uint32()))
            index[UInt64(kind) << 32 | UInt64(column)] = found.count - 1
            at += length
        }
        pages = found
        return found
    }

    private func read(_ range: Range<Int>) throws(CodecError) -> [UInt8] {
        if let whole { return Array(whole[range]) }
        return try readSource(range)
    }

    private func readSource(_ range: Range<Int>) throws(CodecError) -> [UInt8] {
        let bytes = try source(range)
        guard bytes.count == range.count else {
            throw CodecError("block is shorter than it should be", at: bytes.count)
        }
        return bytes
    }

    var sizes: [(name: String, bytes: Int)] {
        ((try? directory()) ?? []).map {
            ("\(PageKind(rawValue: $0.kind).map { "\($0)" } ?? "unknown") \($0.column)", $0.range.count)
        }
    }

    func page(_ kind: PageKind, column: Int = 0) throws(CodecError) -> [UInt8] {
        let pages = try directory()
        guard let found = index[UInt64(kind.rawValue) << 32 | UInt64(column)] else {
            throw CodecError("block without a page \(kind) \(column)")
        }
        if let known = kept[found] { return known }
        let page = pages[found]
        let bytes = try read(page.range)
        guard Checksum.matches(bytes, page.checksum, .blockPage) else {
            throw CodecError("checksum of page \(kind) \(column) differs", at: page.range.lowerBound)
        }
        kept[found] = bytes
        isNew = true
        return bytes
    }
}
