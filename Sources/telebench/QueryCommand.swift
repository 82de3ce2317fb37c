import ArgumentParser
import Foundation
import TeleDisk
import TeleEngine
import TeleModel
import TeleStore

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Query a data folder that `store` left: median milliseconds, first and then warm.")

    @Option var signal: BenchSignal
    @Option var data: String
    @Option(help: "A trace id that is there, in hex.") var trace: String?
    @Option(help: "A word that few bodies have.") var word = "zanzibarq"
    @Option(help: "The service.name of the newest rows.") var service = "cart"
    @Option(help: "How often each query runs.") var times = 9

    func run() async throws {
        var options = StoreOptions(path: data) { UInt64(Date().timeIntervalSince1970 * 1e3) * 1_000_000 }
        options.memoryBudget = 512 << 20
        let store = try Store.open(options, disk: PosixDisk())
        let snapshot = store.snapshot()
        switch signal {
        case .logs: try logs(snapshot)
        case .traces: try spans(snapshot)
        case .metrics: throw ValidationError("queries of samples are measured through the server")
        }
        await store.close()
        print("peak RSS \(Int(Usage.now().peakMegabytes)) MB")
    }

    private func logs(_ snapshot: any EngineSnapshot) throws {
        if let id = trace.flatMap({ TraceID(hex: $0) }) {
            try measure("one record by trace id") {
                try count(snapshot, [.traceID(id)], limit: 1, columns: .all)
            }
        }
        try measure("a rare word") {
            try count(snapshot, [.bodyContains(Array(word.utf8))], columns: .all)
        }
        try measure("a substring that is nowhere") {
            try count(snapshot, [.bodyContains(Array("qqxyzzyqq".utf8))], columns: .all)
        }
        let pattern = try Pattern("zanzi[a-z]+q")
        try measure("a rare regular expression") {
            try count(snapshot, [.bodyMatches(pattern)], columns: .all)
        }
        try measure("count all") { try count(snapshot, [], columns: []) }
        try measure("count where severity is ERROR") {
            try count(snapshot, [.severity(17...20)], columns: [])
        }
        try measure("newest 100 of one service") {
            try count(snapshot, [ofService], limit: 100, columns: .all)
        }
    }

    private var ofService: LogCondition {
        .attribute(.resource, key: "service.name", .equalsText(service))
    }

    private func count(
        _ snapshot: any EngineSnapshot, _ conditions: [LogCondition], limit: Int = .max, columns: LogColumns
    ) throws -> Int {
        var rows = 0
        var scan = LogScan(time: 0..<UInt64.max)
        scan.conditions = conditions
        scan.columns = columns
        scan.limitHint = limit == .max ? nil : limit
        try snapshot.scanLogs(scan, budget: QueryBudget()) { batch in
            rows += batch.count
            return rows < limit
        }
        return min(rows, limit)
    }

    private func spans(_ snapshot: any EngineSnapshot) throws {
        guard let id = trace.flatMap({ TraceID(hex: $0) }) else { throw ValidationError("--trace is needed") }
        try measure("trace by id") { try snapshot.trace(id, budget: QueryBudget()).count }
    }

    private func measure(_ name: String, _ query: () throws -> Int) throws {
        var taken: [Double] = []
        var found = 0
        for _ in 0..<max(1, times) {
            let start = ContinuousClock.now
            found = try query()
            taken.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        let first = taken[0]
        taken.sort()
        print("\(name): first \(text(first)) ms, median \(text(taken[taken.count / 2])) ms, \(found) rows")
    }

    private func text(_ milliseconds: Double) -> String { String(format: "%.1f", milliseconds) }
}
