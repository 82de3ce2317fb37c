internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Hands out the rows of many sources in one global order while holding only those sources whose time ranges overlap
/// the place it has come to.
///
/// Sources wait in the order of their first possible time. A row is handed out once no waiting source can hold one that
/// comes before it; so the newest 100 records need the newest blocks only, and the cost of a full scan is one look at
/// each source. Rows of equal time come in the order of their sources and rows, in reverse for newest first.
struct RowSweep<S: RowSignal> {
    private let scan: RowScan<S>
    private let budget: QueryBudget
    private var waiting: [RowSource<S>]
    /// A binary heap by next time.
    private var active: [ActiveSource<S>] = []
    private var runs: [(source: ActiveSource<S>, range: Range<Int>)] = []
    private var runRows = 0
    private var handedOut = 0

    init(_ scan: RowScan<S>, sources: [RowSource<S>], budget: QueryBudget) {
        self.scan = scan
        self.budget = budget
        let newestFirst = scan.order == .newestFirst
        // The last one is the next to look at.
        waiting = sources.sorted { a, b in
            newestFirst
                ? (a.maxTime, a.ordinal) < (b.maxTime, b.ordinal) : (a.minTime, a.ordinal) > (b.minTime, b.ordinal)
        }
    }

    private var chunkRows: Int {
        guard let hint = scan.limitHint else { return StoreLimits.scanRows }
        // Whoever goes on behind the hint gets as much again each time.
        return min(max(1, hint > handedOut ? hint - handedOut : handedOut), StoreLimits.scanRows)
    }

    mutating func run(_ body: (S.Batch) throws(EngineError) -> Bool) throws(EngineError) {
        if scan.order == .any { return try runUnordered(body) }
        defer { for source in active { budget.release(bytes: source.charged) } }
        while true {
            let bound = waiting.last.map { scan.order == .newestFirst ? $0.maxTime : $0.minTime }
            while let first = active.first, bound.map({ scan.precedes(first.nextTime, $0) }) ?? true {
                takeRun(first, bound: bound)
                if runRows >= chunkRows, try !flush(body) { return }
            }
            guard let source = waiting.popLast() else { break }
            if let found = try evaluate(source) { push(found) }
        }
        if runRows > 0 { _ = try flush(body) }
    }

    /// Source by source: nothing is held, merged or put into order.
    private mutating func runUnordered(_ body: (S.Batch) throws(EngineError) -> Bool) throws(EngineError) {
        for source in waiting.sorted(by: { $0.ordinal < $1.ordinal }) {
            guard let found = try evaluate(source) else { continue }
            defer { budget.release(bytes: found.charged) }
            guard let (batch, rows) = try found.take(0..<found.rows.count, ahead: .max, budget: budget) else {
                continue
            }
            if rows.count == S.count(batch), rows.elementsEqual(0..<rows.count) {
                if try !body(batch) { return }
                continue
            }
            var builder = S.Builder()
            builder.append(batch, rows: rows)
            if try !body(builder.finish()) { return }
        }
    }

    /// Takes rows of the first source while they come before every other source's next.
    private mutating func takeRun(_ source: ActiveSource<S>, bound: UInt64?) {
        let start = source.next
        var end = start + 1
        let rival = rivalOfFirst()
        let limit = start + chunkRows - runRows
        while end < source.rows.count, end < limit {
            let time = source.times[end]
            if let bound, !scan.precedes(time, bound) { break }
            if let rival, !comesFirst(time, source.source.ordinal, rival.nextTime, rival.source.ordinal) { break }
            end += 1
        }
        source.next = end
        runs.append((source, start..<end))
        runRows += end - start
        if source.isDone {
            active.swapAt(0, active.count - 1)
            active.removeLast()
        }
        siftDown()
    }

    @inline(__always)
    private func comesFirst(_ time: UInt64, _ ordinal: Int, _ other: UInt64, _ otherOrdinal: Int) -> Bool {
        if time != other { return scan.precedes(time, other) }
        return scan.order == .newestFirst ? ordinal > otherOrdinal : ordinal < otherOrdinal
    }

    private func isBefore(_ a: ActiveSource<S>, _ b: ActiveSource<S>) -> Bool {
        comesFirst(a.nextTime, a.source.ordinal, b.nextTime, b.source.ordinal)
    }

    private func rivalOfFirst() -> ActiveSource<S>? {
        guard active.count > 1 else { return nil }
        return active.count > 2 && isBefore(active[2], active[1]) ? active[2] : active[1]
    }

    private mutating func push(_ source: ActiveSource<S>) {
        active.append(source)
        var at = active.count - 1
        while at > 0, isBefore(active[at], active[(at - 1) / 2]) {
            active.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    private mutating func siftDown() {
        var at = 0
        while true {
            var first = at
            for child in [2 * at + 1, 2 * at + 2] where child < active.count && isBefore(active[child], active[first]) {
                first = child
            }
            if first == at { return }
            active.swapAt(at, first)
            at = first
        }
    }

    private mutating func flush(_ body: (S.Batch) throws(EngineError) -> Bool) throws(EngineError) -> Bool {
        let batch = try gather()
        for run in runs where run.source.isDone && run.range.upperBound == run.source.rows.count {
            budget.release(bytes: run.source.charged)
        }
        runs = []
        runRows = 0
        handedOut += S.count(batch)
        return S.count(batch) == 0 ? true : try body(batch)
    }

    /// One batch of the rows of all runs, in order. Sources are read one by one, then the rows brought into order.
    private func gather() throws(EngineError) -> S.Batch {
        var groups: [ObjectIdentifier: (source: ActiveSource<S>, runs: [Int])] = [:]
        var order: [ObjectIdentifier] = []
        for (index, run) in runs.enumerated() {
            let id = ObjectIdentifier(run.source)
            if groups[id] == nil { order.append(id) }
            groups[id, default: (run.source, [])].runs.append(index)
        }
        let ahead = scan.limitHint == nil ? Int.max : max(chunkRows, 128)
        var builder = S.Builder()
        var begins = [Int?](repeating: nil, count: runs.count)
        for id in order {
            guard let group = groups[id], let first = group.runs.first, let last = group.runs.last else { continue }
            let range = runs[first].range.lowerBound..<runs[last].range.upperBound
            guard let (batch, rows) = try group.source.take(range, ahead: ahead, budget: budget) else { continue }
            if order.count == 1, rows.count == S.count(batch), rows.elementsEqual(0..<rows.count) { return batch }
            for index in group.runs { begins[index] = builder.count + runs[index].range.lowerBound - range.lowerBound }
            builder.append(batch, rows: rows)
        }
        let merged = builder.finish()
        if order.count == 1 { return merged }
        var permutation: [Int] = []
        permutation.reserveCapacity(runRows)
        for (index, run) in runs.enumerated() {
            if let begin = begins[index] { permutation.append(contentsOf: begin..<begin + run.range.count) }
        }
        var ordered = S.Builder()
        ordered.append(merged, rows: permutation)
        return ordered.finish()
    }

    // MARK: One source

    private func evaluate(_ source: RowSource<S>) throws(EngineError) -> ActiveSource<S>? {
        switch source.origin {
        case .batch(let batch):
            try budget.charge(rows: S.count(batch))
            return try activate(source, batch)
        case .block(let reader, let footer, let index):
            let block = footer.blocks[index]
            try budget.charge(rows: block.meta.rows)
            let batch: S.Batch
            let candidates: [Int]?
            let readsAll: Bool
            do throws(SegmentDamage) {
                let opened = S.open(block, of: reader)
                candidates = try S.candidates(opened, scan.filter)
                if let candidates, candidates.isEmpty { return nil }
                // Without conditions nothing is looked at twice.
                readsAll =
                    candidates.map { $0.count <= RowSweep.fewRows } ?? (scan.order == .any && scan.filter.isEmpty)
                let columns = readsAll ? scan.columns.union(scan.filter.columns) : scan.filter.columns
                batch = try S.decode(
                    opened, columns: columns, keys: readsAll ? scan.keys(of: block.meta) : scan.filter.keys,
                    rows: candidates)
                guard S.count(batch) == candidates?.count ?? block.meta.rows else {
                    throw SegmentDamage("a block of another row count")
                }
            } catch {
                reader.report("block \(index)", error.message)
                return nil
            }
            return try activate(source, batch, numbers: candidates, isLoaded: readsAll)
        }
    }

    /// So few rows are read once, with all that is wanted, rather than for the filter and then again.
    private static var fewRows: Int { 64 }

    /// `numbers`: the rows' numbers within the source; nil where the batch has all rows of it.
    private func activate(
        _ source: RowSource<S>, _ batch: S.Batch, numbers: [Int]? = nil, isLoaded: Bool = false
    ) throws(EngineError) -> ActiveSource<S>? {
        let times = S.times(batch)
        var rows: [Int] = []
        let core = S.core(batch)
        let wanted = scan.resources.map { wanted in core.resources.fingerprints.map { wanted.contains($0) } }
        if wanted?.contains(true) ?? true {
            let resources = S.resources(batch)
            for row in times.indices where scan.time.contains(times[row]) {
                if let wanted, !wanted[Int(resources[row])] { continue }
                rows.append(row)
            }
        }
        if !rows.isEmpty { scan.filter.keep(&rows, of: batch) }
        if !scan.exclusions.isEmpty { dropHidden(&rows, source, numbers) }
        if rows.isEmpty { return nil }
        switch scan.order {
        case .newestFirst: rows.sort { times[$0] != times[$1] ? times[$0] > times[$1] : $0 > $1 }
        case .oldestFirst: rows.sort { times[$0] != times[$1] ? times[$0] < times[$1] : $0 < $1 }
        case .any: break
        }
        let found = ActiveSource(
            source, rows: numbers.map { numbers in rows.map { numbers[$0] } } ?? rows, times: rows.map { times[$0] },
            scan: scan,
            loaded: isLoaded ? (S.strip(batch, to: scan.columns), rows) : nil)
        try budget.charge(bytes: found.charged)
        return found
    }

    /// Takes away what deletions hide. A block that can't be read any more is reported and gives nothing.
    private func dropHidden(_ rows: inout [Int], _ source: RowSource<S>, _ numbers: [Int]?) {
        guard case .block(let reader, let footer, let index) = source.origin else { return }
        do throws(SegmentDamage) {
            let own = numbers.map { numbers in rows.map { numbers[$0] } } ?? rows
            guard let hidden = try reader.hidden(own, of: footer.blocks[index], by: scan.exclusions) else { return }
            rows = zip(rows, hidden).filter { !$0.1 }.map(\.0)
        } catch {
            reader.report("block \(index)", error.message)
            rows = []
        }
    }
}
