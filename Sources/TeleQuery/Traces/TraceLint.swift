package import TeleEngine
package import TeleModel

/// Where traces are broken, by service and operation: what context propagation lost, and spans that can't be true.
///
/// Looks at the newest ``mostSpans`` spans of a time range. Parents are also looked for in the hour before it, since a
/// trace may begin there.
package struct TraceLint: Sendable {
    package enum Problem: String, Sendable, CaseIterable {
        /// The parent was never stored: it was not exported, dropped, or sampled away.
        case missingParent = "missing parent"
        /// A server or consumer operation that usually has a parent began a trace: its caller sent no context.
        case ownTrace = "began a trace of its own"
        /// A client or producer operation that usually has a server span below it had none.
        case noServer = "no server span below"
        case duplicate = "span id used twice"
        /// The span is its own ancestor.
        case cycle = "own ancestor"
        case endsBeforeStart = "ends before it starts"
        /// By more than ``skew``: the clocks of two machines differ.
        case startsBeforeParent = "starts before its parent"
    }

    package struct Finding: Sendable, Hashable {
        package var service: String
        package var operation: String
        package var problem: Problem
        package var count: Int
        /// Spans of this operation that were looked at.
        package var of: Int
        package var example: TraceID
    }

    /// Most findings first.
    package private(set) var findings: [Finding] = []
    package private(set) var spans = 0
    package private(set) var traces = 0
    /// Whether the range has more spans than were looked at.
    package private(set) var isCut = false

    package static let mostSpans = 500_000
    /// Nanoseconds.
    private static let skew: UInt64 = 1_000_000
    private static let before: UInt64 = 3_600_000_000_000
    private static let bytesASpan = 120

    private var rows = Rows()

    private struct Rows {
        var trace: [TraceID] = []
        var span: [UInt64] = []
        var parent: [UInt64] = []
        var start: [UInt64] = []
        var end: [UInt64] = []
        var kind: [UInt8] = []
        var operation: [UInt32] = []
        /// Whether the span lies in the range that was asked for.
        var isAsked: [Bool] = []
        var operations: [(service: String, name: String)] = []
    }

    /// `settled`: spans that start later are looked at as parents and children only: their trace may still be on its way.
    package init(
        time: Range<UInt64>, settled: UInt64 = .max, snapshot: any EngineSnapshot, budget: QueryBudget
    ) throws(EngineError) {
        try read(time, settled, snapshot, budget)
        find()
        budget.release(bytes: spans * Self.bytesASpan)
    }

    private mutating func read(
        _ time: Range<UInt64>, _ settled: UInt64, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) {
        let from = time.lowerBound > Self.before ? time.lowerBound - Self.before : 0
        var scan = SpanScan(time: from..<time.upperBound)
        scan.columns = .name
        var rows = Rows()
        var numbers: [UInt64: UInt32] = [:]
        var isCut = false
        try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
            try budget.charge(bytes: batch.count * Self.bytesASpan)
            let services = (0..<batch.core.resources.count).map { batch.core.serviceName(resource: $0) }
            let hashes = services.map { Hash64.of($0) }
            for row in 0..<batch.count {
                guard rows.span.count < Self.mostSpans else {
                    isCut = true
                    return false
                }
                let resource = Int(batch.resource[row])
                let name = batch.name[row]
                let kind = UInt8(truncatingIfNeeded: max(0, min(batch.kind[row], 6)))
                let key = Hash64.combine(
                    hashes[resource] &+ UInt64(kind), Hash64.of(batch.core.heap.bytes.span.extracting(name.range)))
                let operation = numbers[key] ?? UInt32(rows.operations.count)
                if Int(operation) == rows.operations.count {
                    rows.operations.append((services[resource], batch.core.heap.string(name)))
                    numbers[key] = operation
                }
                rows.trace.append(batch.traceID(row))
                rows.span.append(batch.span[row])
                rows.parent.append(batch.parent[row])
                rows.start.append(batch.start[row])
                rows.end.append(batch.end[row])
                rows.kind.append(kind)
                rows.operation.append(operation)
                rows.isAsked.append(batch.start[row] >= time.lowerBound && batch.start[row] <= settled)
            }
            return true
        }
        self.rows = rows
        self.isCut = isCut
        spans = rows.span.count
        traces = Set(rows.trace).count
    }

    private static func key(_ trace: TraceID, _ span: UInt64) -> UInt64 {
        Hash64.combine(Hash64.combine(trace.high, trace.low), span)
    }

    private mutating func find() {
        let rows = rows
        let count = rows.span.count
        var rowOf: [UInt64: Int32] = [:]
        rowOf.reserveCapacity(count)
        var tally = Tally(operations: rows.operations.count)
        for row in 0..<count {
            let key = Self.key(rows.trace[row], rows.span[row])
            if let first = rowOf[key] {
                // Zipkin's shared spans: a client and its server with one id.
                let kinds = Set([rows.kind[Int(first)], rows.kind[row]])
                if rows.isAsked[row], kinds != [2, 3] { tally.add(.duplicate, rows, row) }
            } else {
                rowOf[key] = Int32(row)
            }
        }
        var parentRow = [Int32](repeating: -1, count: count)
        var hasServer = [Bool](repeating: false, count: count)
        for row in 0..<count where rows.parent[row] != 0 {
            guard let parent = rowOf[Self.key(rows.trace[row], rows.parent[row])] else { continue }
            parentRow[row] = parent
            if rows.kind[row] == 2 || rows.kind[row] == 5 { hasServer[Int(parent)] = true }
        }
        let inCycle = Self.cycles(parentRow)
        for row in 0..<count where rows.isAsked[row] {
            tally.total[Int(rows.operation[row])] += 1
            if rows.end[row] < rows.start[row] { tally.add(.endsBeforeStart, rows, row) }
            if inCycle[row] { tally.add(.cycle, rows, row) }
            let isServer = rows.kind[row] == 2 || rows.kind[row] == 5
            if rows.parent[row] == 0 {
                if isServer { tally.add(.ownTrace, rows, row) }
            } else if parentRow[row] < 0 {
                // Where older spans were cut off nobody can tell.
                if !isCut { tally.add(.missingParent, rows, row) }
            } else {
                let parent = Int(parentRow[row])
                if parent != row, rows.start[row] &+ Self.skew < rows.start[parent] {
                    tally.add(.startsBeforeParent, rows, row)
                }
            }
            if rows.kind[row] == 3 || rows.kind[row] == 4, !hasServer[row] { tally.add(.noServer, rows, row) }
        }
        findings = tally.findings(rows)
        self.rows = Rows()
    }

    /// Rows that are their own ancestors.
    private static func cycles(_ parentRow: [Int32]) -> [Bool] {
        // 0 not seen, else the walk that saw it.
        var seenBy = [Int32](repeating: 0, count: parentRow.count)
        var inCycle = [Bool](repeating: false, count: parentRow.count)
        for start in parentRow.indices where seenBy[start] == 0 {
            let walk = Int32(start) + 1
            var at = Int32(start)
            while at >= 0, seenBy[Int(at)] == 0 {
                seenBy[Int(at)] = walk
                at = parentRow[Int(at)]
            }
            guard at >= 0, seenBy[Int(at)] == walk else { continue }
            while !inCycle[Int(at)] {
                inCycle[Int(at)] = true
                at = parentRow[Int(at)]
            }
        }
        return inCycle
    }

    private struct Tally {
        var total: [Int]
        private var counts: [[Problem: (count: Int, example: TraceID)]]

        init(operations: Int) {
            total = Array(repeating: 0, count: operations)
            counts = Array(repeating: [:], count: operations)
        }

        mutating func add(_ problem: Problem, _ rows: Rows, _ row: Int) {
            counts[Int(rows.operation[row])][problem, default: (0, rows.trace[row])].count += 1
        }

        func findings(_ rows: Rows) -> [Finding] {
            var out: [Finding] = []
            for (operation, problems) in counts.enumerated() {
                for (problem, found) in problems {
                    // Entry points begin traces, databases have no spans: only what is unusual for the operation counts.
                    if problem == .ownTrace || problem == .noServer, found.count * 2 > total[operation] { continue }
                    let (service, name) = rows.operations[operation]
                    out.append(
                        Finding(
                            service: service, operation: name, problem: problem, count: found.count,
                            of: total[operation], example: found.example))
                }
            }
            return out.sorted {
                ($1.count, $0.service, $0.operation, $0.problem.rawValue)
                    < ($0.count, $1.service, $1.operation, $1.problem.rawValue)
            }
        }
    }
}
