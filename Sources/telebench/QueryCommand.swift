import ArgumentParser
import Foundation
import TeleDisk
import TeleEngine
import TeleModel
import TeleStore

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "The query table of PEERS.md over a data folder that `store` left: median milliseconds, warm.",
        discussion: """
            Peers are VictoriaLogs and VictoriaTraces on the machine of PEERS.md, over HTTP: a ratio says the order of \
            magnitude, and runs side by side say more. CPU is this process's user and system time, which a busy machine \
            changes less than the clock. --small takes a folder with a tenth of the data (`store --limit`) and shows \
            what ten times the data costs: 1 is flat, 10 linear.
            """)

    @Option var signal: BenchSignal
    @Option var data: String
    @Option(help: "A folder with less of the same data.") var small: String?
    @Option(help: "A trace id that is there, in hex; else the one of a row near the middle.") var trace: String?
    @Option(help: "A word that few bodies have.") var word = "zanzibarq"
    @Option(help: "The service.name that is asked for.") var service = "cart"
    @Option(help: "How often each query runs.") var times = 9
    @Flag(help: "One line of JSON instead of the table.") var json = false

    func run() async throws {
        let found = try await measure(data)
        let before = try await small.map { [self] path in { try await measure(path) } }?()
        var columns = ["query", "rows", "ms", "CPU ms", "peer ms", "peer / CPU"]
        if before != nil { columns += ["small CPU ms", "growth"] }
        var table = BenchTable("\(signal.rawValue) in \(data)", columns)
        for (index, row) in found.enumerated() {
            var cells: [BenchTable.Cell] = [
                .text(row.name), .count(row.rows), .number(row.milliseconds), .number(row.cpu), .number(row.peer),
                .number(row.peer / max(row.cpu, 0.001)),
            ]
            if let before {
                cells += [.number(before[index].cpu), .number(row.cpu / max(before[index].cpu, 0.001))]
            }
            table.row(cells)
        }
        table.print(json: json)
    }

    struct Row {
        var name: String
        var peer: Double
        var rows: Int
        var milliseconds: Double
        var cpu: Double
    }

    private func measure(_ path: String) async throws -> [Row] {
        var options = StoreOptions(path: path) { UInt64(Date().timeIntervalSince1970 * 1e3) * 1_000_000 }
        options.memoryBudget = 512 << 20
        let store = try Store.open(options, disk: PosixDisk())
        let queries = PeerQueries(snapshot: store.snapshot(), word: word, service: service)
        let id = trace.flatMap { TraceID(hex: $0) }
        let rows: [Row]
        switch signal {
        case .logs: rows = try queries.logs(trace: id).map { try row($0) }
        case .traces: rows = try queries.traces(trace: id).map { try row($0) }
        case .metrics: throw ValidationError("queries of samples are measured through the server")
        }
        await store.close()
        return rows
    }

    private func row(_ query: PeerQueries.Query) throws -> Row {
        var taken: [Double] = []
        var used: [Double] = []
        var rows = try query.run()
        for _ in 0..<max(1, times) {
            let (start, cpu) = (ContinuousClock.now, Usage.now().cpuSeconds)
            rows = try query.run()
            used.append((Usage.now().cpuSeconds - cpu) * 1e3)
            taken.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        return Row(
            name: query.name, peer: query.peer, rows: rows, milliseconds: taken.sorted()[taken.count / 2],
            cpu: used.sorted()[used.count / 2])
    }
}
