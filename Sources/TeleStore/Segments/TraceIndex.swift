internal import TeleCodec
internal import TeleModel

/// Which blocks of a span segment hold a trace: entries of key (8 bytes) and block number (4), sorted by key, in pages.
/// The key is the first half of the trace id, or the second where the first is zero (64-bit ids), so that entries are
/// in the order of ids. The directory has, a page: first key (8), offset in the pages section (4), length (4),
/// CRC-32 (4).
enum TraceIndex {
    static let entryBytes = 12
    static let pageEntries = 340
    static let directoryEntryBytes = 20

    static func key(high: UInt64, low: UInt64) -> UInt64 { high != 0 ? high : low }

    /// Blocks with an entry whose key lies in the range, rising and distinct; nil where the index is damaged.
    static func blocks(
        keys: ClosedRange<UInt64>, reader: SegmentReader, footer: SegmentFooter
    ) -> [UInt32]? {
        guard let directorySection = footer.section(SegmentFooter.Kind.traceDirectory),
            let pages = footer.section(SegmentFooter.Kind.tracePages),
            let directory = kept(reader, directorySection.offset, { reader.section(directorySection) })
        else { return nil }
        let count = directory.count / directoryEntryBytes
        var found: [UInt32] = []
        // The first page that may hold the key is the last one that begins before it.
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if number(directory.span, middle * directoryEntryBytes, bytes: 8) < keys.lowerBound {
                low = middle + 1
            } else {
                high = middle
            }
        }
        var page = max(0, low - 1)
        while page < count {
            let entry = page * directoryEntryBytes
            if number(directory.span, entry, bytes: 8) > keys.upperBound { break }
            let offset = Int(number(directory.span, entry + 8, bytes: 4))
            let length = Int(number(directory.span, entry + 12, bytes: 4))
            let sum = UInt32(truncatingIfNeeded: number(directory.span, entry + 16, bytes: 4))
            let bytes = kept(reader, pages.offset + offset) {
                guard let bytes = try? reader.bytes(offset..<offset + length, of: pages),
                    Checksum.matches(bytes, sum, .traceIndexPage)
                else { return nil }
                return bytes
            }
            guard let bytes else {
                reader.report("trace index page \(page)", "the checksum is wrong")
                return nil
            }
            let span = bytes.span
            var row = firstRow(span, atLeast: keys.lowerBound)
            while row < span.count / entryBytes, number(span, row * entryBytes, bytes: 8) <= keys.upperBound {
                let block = UInt32(truncatingIfNeeded: number(span, row * entryBytes + 8, bytes: 4))
                if Int(block) < footer.blocks.count { found.append(block) }
                row += 1
            }
            page += 1
        }
        return found.count > 1 ? Array(Set(found)).sorted() : found
    }

    /// Of a page's entries, which are in order.
    private static func firstRow(_ page: borrowing Span<UInt8>, atLeast key: UInt64) -> Int {
        var low = 0
        var high = page.count / entryBytes
        while low < high {
            let middle = (low + high) / 2
            if number(page, middle * entryBytes, bytes: 8) < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Searches look up trace after trace: what was read and checked stays for the next.
    private static func kept(_ reader: SegmentReader, _ offset: Int, _ read: () -> [UInt8]?) -> [UInt8]? {
        let key = BlockCache.Key(segment: reader.entry.id, offset: offset, part: .traceIndex)
        if let known = reader.blockCache.value(key, as: [UInt8].self) { return known }
        guard let bytes = read() else { return nil }
        reader.blockCache.keep(bytes, bytes: bytes.count, key)
        return bytes
    }

    private static func number(_ bytes: borrowing Span<UInt8>, _ at: Int, bytes count: Int) -> UInt64 {
        var value: UInt64 = 0
        for i in 0..<count { value |= UInt64(bytes[at + i]) << UInt64(i * 8) }
        return value
    }
}

struct TraceIndexBuilder {
    private var entries: [(key: UInt64, block: UInt32)] = []

    mutating func append(_ batch: SpanBatch, block: UInt32) {
        for row in 0..<batch.count {
            if row > 0, batch.traceLow[row] == batch.traceLow[row - 1], batch.traceHigh[row] == batch.traceHigh[row - 1]
            {
                continue
            }
            entries.append((TraceIndex.key(high: batch.traceHigh[row], low: batch.traceLow[row]), block))
        }
    }

    func finish() -> (pages: [UInt8], directory: [UInt8]) {
        let sorted = entries.sorted { ($0.key, $0.block) < ($1.key, $1.block) }
        var pages: [UInt8] = []
        var directory: [UInt8] = []
        for from in stride(from: 0, to: sorted.count, by: TraceIndex.pageEntries) {
            let start = pages.count
            for entry in sorted[from..<min(sorted.count, from + TraceIndex.pageEntries)] {
                pages.append(uint64: entry.key)
                pages.append(uint32: entry.block)
            }
            directory.append(uint64: sorted[from].key)
            directory.append(uint32: UInt32(truncatingIfNeeded: start))
            directory.append(uint32: UInt32(truncatingIfNeeded: pages.count - start))
            directory.append(uint32: Checksum.crc32(pages.span.extracting(start..<pages.count)))
        }
        return (pages, directory)
    }
}
