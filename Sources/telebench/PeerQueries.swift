import Foundation
import TeleEngine
import TeleModel

/// The queries of PEERS.md as the engine gets them, with the peers' milliseconds there.
struct PeerQueries {
    struct Query {
        var name: String
        var peer: Double
        /// How many rows it found.
        var run: () throws -> Int
    }

    let snapshot: any EngineSnapshot
    let word: String
    let service: String
    private let all: Range<UInt64> = 0..<UInt64.max

    init(snapshot: any EngineSnapshot, word: String, service: String) {
        self.snapshot = snapshot
        self.word = word
        self.service = service
    }

    // MARK: Logs

    func logs(trace: TraceID?) throws -> [Query] {
        let id = try trace ?? someLogTrace()
        let pattern = try Pattern("\(word.prefix(5))[a-z]+\(word.suffix(1))")
        return [
            Query(name: "one record by trace id", peer: 3.0) { try rows([.traceID(id)], .all) },
            Query(name: "a rare word", peer: 41) { try rows([.bodyContains(Array(word.utf8))], .all) },
            Query(name: "a rare regular expression", peer: 280) { try rows([.bodyMatches(pattern)], .all) },
            Query(name: "a substring that is nowhere", peer: 259) {
                try rows([.bodyContains(Array("qqxyzzyqq".utf8))], .all)
            },
            Query(name: "count all", peer: 1.1) { try count([], edges: [0, .max]) },
            Query(name: "count by service and minute", peer: 66) { try count([], edges: try minutes()) },
            Query(name: "count where severity is ERROR", peer: 20) {
                try count([.severity(17...20)], edges: [0, .max])
            },
            Query(name: "newest 100 of one service", peer: 169) {
                let service = LogCondition.attribute(.resource, key: "service.name", .equalsText(service))
                return try rows([service], .all, limit: 100)
            },
            Query(name: "avg and p99 of a number by a field", peer: 740) { try averages() },
        ]
    }

    private func rows(_ conditions: [LogCondition], _ columns: LogColumns, limit: Int? = nil) throws -> Int {
        var scan = LogScan(time: all)
        scan.conditions = conditions
        scan.columns = columns
        scan.limitHint = limit
        var rows = 0
        try snapshot.scanLogs(scan, budget: QueryBudget()) { batch in
            rows += batch.count
            return rows < limit ?? .max
        }
        return min(rows, limit ?? .max)
    }

    private func count(_ conditions: [LogCondition], edges: [UInt64]) throws -> Int {
        var scan = LogScan(time: all)
        scan.conditions = conditions
        let counting = LogCounting(scan: scan, edges: edges)
        let counts = try snapshot.countLogs(counting, budget: QueryBudget()) { _ in }
        return Int(counts.rows.reduce(0, +))
    }

    /// The minutes from the first to the last record.
    private func minutes() throws -> [UInt64] {
        let minute: UInt64 = 60_000_000_000
        guard let newest = try time(.newestFirst), let oldest = try time(.oldestFirst) else { return [0, .max] }
        return Array(
            stride(from: oldest / minute * minute, through: (newest / minute + 1) * minute, by: 60_000_000_000))
    }

    private func time(_ order: ScanOrder) throws -> UInt64? {
        var scan = LogScan(time: all)
        scan.order = order
        scan.limitHint = 1
        scan.columns = []
        var found: UInt64?
        try snapshot.scanLogs(scan, budget: QueryBudget()) { batch in
            found = batch.timestamp(0)
            return false
        }
        return found
    }

    /// `duration_ms` by `http.route`; how many groups there are.
    private func averages() throws -> Int {
        var scan = LogScan(time: all)
        scan.order = .any
        scan.columns = .attributes
        scan.labels = ["duration_ms", "http_route"]
        var values: [String: [Double]] = [:]
        try snapshot.scanLogs(scan, budget: QueryBudget()) { batch in
            guard let number = batch.core.keyIndex("duration_ms"), let route = batch.core.keyIndex("http.route") else {
                return true
            }
            var groups: [ByteRange: [Double]] = [:]
            for row in 0..<batch.count {
                guard let value = batch.attributes.value(of: number, owner: row), value.kind == .double,
                    let group = batch.attributes.value(of: route, owner: row), group.kind == .string
                else { continue }
                groups[group.range, default: []].append(Double(bitPattern: value.bits))
            }
            for (range, found) in groups { values[batch.core.heap.string(range), default: []] += found }
            return true
        }
        for key in values.keys {
            let sorted = values[key, default: []].sorted()
            _ = sorted.reduce(0, +) / Double(sorted.count) + sorted[sorted.count * 99 / 100]
        }
        return values.count
    }

    private func someLogTrace() throws -> TraceID {
        var scan = LogScan(time: all)
        scan.columns = .ids
        scan.limitHint = 100
        var found = TraceID.none
        try snapshot.scanLogs(scan, budget: QueryBudget()) { batch in
            for row in 0..<batch.count where !batch.traceID(row).isNone { found = batch.traceID(row) }
            return found.isNone
        }
        return found
    }

    // MARK: Traces

    func traces(trace: TraceID?) throws -> [Query] {
        let id = try trace ?? newest([], limit: 1).first ?? .none
        let ofService = SpanCondition.attribute(.resource, key: "service.name", .equalsText(service))
        return [
            Query(name: "trace by id", peer: 6.0) { try snapshot.trace(id, budget: QueryBudget()).count },
            Query(name: "20 traces of a service", peer: 31) { try whole([ofService]) },
            Query(name: "20 traces of a service over 200 ms", peer: 42) {
                try whole([ofService, .duration(200_000_000...UInt64.max)])
            },
            Query(name: "20 traces with status code 500", peer: 18) {
                try whole([.attribute(.own, key: "http.response.status_code", .equalsInt(500))])
            },
        ]
    }

    /// The newest 20 traces with a span that passes, whole; how many spans they have.
    private func whole(_ conditions: [SpanCondition]) throws -> Int {
        try newest(conditions, limit: 20).reduce(0) { try $0 + snapshot.trace($1, budget: QueryBudget()).count }
    }

    private func newest(_ conditions: [SpanCondition], limit: Int) throws -> [TraceID] {
        var scan = SpanScan(time: all)
        scan.conditions = conditions
        scan.columns = []
        scan.limitHint = limit * 4
        var found: [TraceID] = []
        try snapshot.scanSpans(scan, budget: QueryBudget()) { batch in
            for row in 0..<batch.count where found.count < limit && !found.contains(batch.traceID(row)) {
                found.append(batch.traceID(row))
            }
            return found.count < limit
        }
        return found
    }
}
