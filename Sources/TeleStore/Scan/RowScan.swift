internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// A scan as the sweep works on it, whatever the signal.
struct RowScan<S: RowSignal> {
    var time: Range<UInt64>
    var resources: Set<UInt64>?
    var filter: S.Filter
    var order: ScanOrder
    var limitHint: Int?
    var columns: S.Columns
    /// Rows that deletions hide.
    var exclusions: [RowExclusion<S>] = []
    /// Of the attributes, those that may become one of these labels; nil: all.
    var labels: Set<String>?

    /// The keys of a block's attributes that are wanted; nil: all.
    func keys(of meta: BlockMeta) -> [String]? {
        guard let labels, let keys = meta.keys else { return nil }
        return filter.keys + keys.filter { LokiMapping.mayBecome(labels, key: $0) }
    }

    /// Whether `a` comes before `b` in the order asked for.
    @inline(__always)
    func precedes(_ a: UInt64, _ b: UInt64) -> Bool { order == .newestFirst ? a > b : a < b }
}

/// Something that may hold rows of a scan: a batch of the head, or a block of a segment.
struct RowSource<S: RowSignal> {
    enum Origin {
        case batch(S.Batch)
        case block(SegmentReader, SegmentFooter, Int)
    }

    var origin: Origin
    var minTime: UInt64
    var maxTime: UInt64
    /// Age among sources: breaks ties of time.
    var ordinal: Int
}

/// A source whose matching rows are known, in the order asked for.
final class ActiveSource<S: RowSignal> {
    let source: RowSource<S>
    let rows: [Int]
    let times: [UInt64]
    private let scan: RowScan<S>
    private var columns: S.Columns { scan.columns }
    var next = 0
    /// The rows `window` (places in `rows`) with the wanted columns, and where each is within the batch.
    private var window = 0..<0
    private var batch: S.Batch?
    private var places: [Int] = []
    private(set) var charged = 0
    /// Where few rows were looked at, all that is wanted of them was read at once: the batch, and the place of each of
    /// `rows` within it.
    private let loaded: (batch: S.Batch, places: [Int])?

    init(
        _ source: RowSource<S>, rows: [Int], times: [UInt64], scan: RowScan<S>,
        loaded: (batch: S.Batch, places: [Int])? = nil
    ) {
        self.loaded = loaded
        self.source = source
        self.rows = rows
        self.times = times
        self.scan = scan
        charged = rows.count * 16 + (loaded.map { S.byteCount($0.batch) } ?? 0)
    }

    var nextTime: UInt64 { times[next] }
    var isDone: Bool { next == rows.count }

    /// The batch that holds the rows at these places, and their row numbers within it. `ahead`: how many rows the
    /// caller is likely to take of this source.
    func take(_ range: Range<Int>, ahead: Int, budget: QueryBudget) throws(EngineError) -> (S.Batch, [Int])? {
        if let loaded { return (loaded.batch, Array(loaded.places[range])) }
        switch source.origin {
        case .batch(let whole):
            if batch == nil { batch = S.strip(whole, to: columns) }
            return batch.map { ($0, Array(rows[range])) }
        case .block(let reader, let footer, let index):
            if range.lowerBound < window.lowerBound || range.upperBound > window.upperBound {
                let end = max(range.upperBound, ahead >= rows.count / 2 ? rows.count : range.lowerBound + ahead)
                window = range.lowerBound..<min(rows.count, end)
                let wanted = window.sorted { rows[$0] < rows[$1] }
                places = [Int](repeating: 0, count: window.count)
                for (place, position) in wanted.enumerated() { places[position - window.lowerBound] = place }
                let numbers = wanted.map { rows[$0] }
                let isAll = numbers.count == footer.blocks[index].meta.rows
                do throws(SegmentDamage) {
                    let block = footer.blocks[index]
                    batch = try S.decode(
                        block, of: reader, columns: columns, keys: scan.keys(of: block.meta),
                        rows: isAll ? nil : numbers)
                } catch {
                    reader.report("block \(index)", error.message)
                    return nil
                }
                let bytes = batch.map(S.byteCount) ?? 0
                try budget.charge(bytes: bytes)
                charged += bytes
            }
            guard let batch, S.count(batch) == window.count else { return nil }
            return (batch, range.map { places[$0 - window.lowerBound] })
        }
    }
}
