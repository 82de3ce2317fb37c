internal import TeleDisk

/// Where rows of a new segment come from: a batch of the head, or a block of a segment that is read when it is needed.
enum RowOrigin<S: RowSignal> {
    case batch(S.Batch)
    case block(SegmentReader, SegmentFooter.Block, index: Int)
    /// Some rows of a block, by rising numbers.
    case some(SegmentReader, SegmentFooter.Block, index: Int, rows: [Int])

    func rows(_ columns: S.Columns) throws(SegmentDamage) -> S.Batch {
        switch self {
        case .batch(let batch): return batch
        case .block(let reader, let block, let index):
            return try RowOrigin.read(reader, block, index, columns, nil)
        case .some(let reader, let block, let index, let rows):
            return try RowOrigin.read(reader, block, index, columns, rows)
        }
    }

    private static func read(
        _ reader: SegmentReader, _ block: SegmentFooter.Block, _ index: Int, _ columns: S.Columns, _ rows: [Int]?
    ) throws(SegmentDamage) -> S.Batch {
        do throws(SegmentDamage) {
            return try S.decode(block, of: reader, columns: columns, keys: nil, rows: rows)
        } catch {
            reader.report("block \(index)", error.message)
            throw error
        }
    }
}

/// The rows of several sources under running numbers. Of the sources that have to be read, only those are kept that
/// the block being built takes rows of and that have more to give: a merge takes the memory of a few blocks.
struct RowPool<S: RowSignal> {
    /// Kept beyond one block's need; each is up to some megabytes.
    private static var keptBlocks: Int { 12 }
    private let sources: [RowOrigin<S>]
    /// The number of each source's first row, and behind the last one that of all rows.
    private var starts: [Int] = [0]
    private var left: [Int] = []
    private var kept: [Int: S.Batch] = [:]
    var keys = S.Keys()

    init(_ sources: [RowOrigin<S>]) throws(SegmentDamage) {
        self.sources = sources
        for source in sources {
            let batch = try source.rows(S.keyColumns)
            keys.append(batch)
            left.append(S.count(batch))
            starts.append(starts[starts.count - 1] + S.count(batch))
        }
    }

    /// The rows with these numbers as one batch, in this order.
    mutating func take(_ rows: ArraySlice<UInt32>) throws(SegmentDamage) -> S.Batch {
        // By source; where each row comes to stand that way.
        var picks: [Int: [Int]] = [:]
        var order: [Int] = []
        var sourceOf: [UInt32] = []
        sourceOf.reserveCapacity(rows.count)
        var source = 0
        for row in rows {
            let row = Int(row)
            if row < starts[source] || row >= starts[source + 1] { source = find(row) }
            sourceOf.append(UInt32(truncatingIfNeeded: source))
        }
        var counts = [Int](repeating: 0, count: sources.count)
        for source in sourceOf {
            if counts[Int(source)] == 0 { order.append(Int(source)) }
            counts[Int(source)] += 1
        }
        for source in order { picks[source] = [] }
        if order.count == 1 {
            picks[order[0]] = rows.map { Int($0) - starts[order[0]] }
        } else {
            var lists = [[Int]](repeating: [], count: sources.count)
            for source in order { lists[source].reserveCapacity(counts[source]) }
            var i = 0
            for row in rows {
                let source = Int(sourceOf[i])
                lists[source].append(Int(row) - starts[source])
                i += 1
            }
            for source in order { picks[source] = lists[source] }
        }
        var builder = S.Builder()
        for source in order {
            let batch = try load(source)
            builder.append(batch, rows: picks[source] ?? [])
            left[source] -= counts[source]
            if left[source] <= 0 { kept[source] = nil }
        }
        if kept.count > RowPool.keptBlocks { kept = [:] }
        let gathered = builder.finish()
        if order.count == 1 { return gathered }
        var next = [Int](repeating: 0, count: sources.count)
        var at = 0
        for source in order {
            next[source] = at
            at += counts[source]
        }
        var places: [Int] = []
        places.reserveCapacity(rows.count)
        var isInOrder = true
        for source in sourceOf {
            let place = next[Int(source)]
            next[Int(source)] += 1
            if place != places.count { isInOrder = false }
            places.append(place)
        }
        if isInOrder { return gathered }
        builder.append(gathered, rows: places)
        return builder.finish()
    }

    private mutating func load(_ source: Int) throws(SegmentDamage) -> S.Batch {
        if case .batch(let batch) = sources[source] { return batch }
        if let batch = kept[source] { return batch }
        let batch = try sources[source].rows(S.allColumns)
        kept[source] = batch
        return batch
    }

    /// The source of a row: the last one that begins at or before it and has rows.
    private func find(_ row: Int) -> Int {
        var low = 0
        var high = sources.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle + 1] <= row { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
