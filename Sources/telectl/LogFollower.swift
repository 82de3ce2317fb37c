import TeleTerm

/// `logs -f`: the server's live lines; where it has no WebSocket for them, it is asked again and again, with an overlap
/// for lines that arrive late. Each line is shown once.
struct LogFollower {
    let fetch: (ServerClient, UInt64, UInt64, String, Int) async throws -> (LokiAnswer, [UInt8])
    let client: ServerClient
    let query: String
    let printer: LogPrinter

    /// Lines may carry times this far in the past when they arrive.
    private static let overlap: UInt64 = 10_000_000_000
    private static let mostLines = 5_000

    func run(after shown: [LogEntry], from start: UInt64) async throws {
        var seen = Set(shown)
        var last = start
        if let tail = TailClient(client, query: query, start: start) {
            // Ends with the server, or does not begin: what follows finds out, and says so.
            _ = try? await tail.run { message in
                let fresh = message.entries.filter { !seen.contains($0) }.sorted { $0.time < $1.time }
                printer.show(fresh)
                if message.dropped > 0 { Terminal.complain("\(message.dropped) lines were too fast to be shown") }
                let now = TimeArgument.now
                last = now
                seen = seen.filter { $0.time + LogFollower.overlap >= now }
                seen.formUnion(fresh)
            }
        }
        try await poll(&seen, since: last > LogFollower.overlap ? last - LogFollower.overlap : 0)
    }

    private func poll(_ seen: inout Set<LogEntry>, since began: UInt64) async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            let now = TimeArgument.now
            let floor = now > Self.overlap ? now - Self.overlap : 0
            // Clocks of services may run ahead of this machine's.
            let (answer, _) = try await fetch(client, max(floor, began), now + Self.overlap, "forward", Self.mostLines)
            let fresh = answer.entries.filter { !seen.contains($0) }.sorted { $0.time < $1.time }
            printer.show(fresh)
            seen = seen.filter { $0.time >= floor }
            seen.formUnion(fresh)
            if answer.entries.count >= Self.mostLines {
                Terminal.complain("more lines arrive than are shown: narrow the query")
            }
        }
    }
}
