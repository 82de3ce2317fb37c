/// Lines around hits, of the hits' own streams: what `grep -C` gives for a file.
struct LogContext {
    /// Lines that belong together, oldest first.
    struct Group {
        var entries: [LogEntry]
        var hits: Set<LogEntry>
    }

    /// Hits that lines are fetched around; the rest stands alone. Each costs two queries.
    static let mostHits = 50

    let client: ServerClient
    let count: Int
    /// How far from a hit its context may lie.
    private static let reach: UInt64 = 3_600_000_000_000

    func groups(around hits: [LogEntry]) async throws -> [Group] {
        var out: [Group] = []
        for hit in hits.sorted(by: { $0.time < $1.time }) {
            if let at = out.lastIndex(where: { $0.entries.contains(hit) }) {
                out[at].hits.insert(hit)
                if out[at].entries.last == hit || out[at].hits.count > LogContext.mostHits { continue }
            }
            guard out.count < LogContext.mostHits else {
                out.append(Group(entries: [hit], hits: [hit]))
                continue
            }
            let before = try await fetch(
                hit, from: hit.time - min(hit.time, LogContext.reach), to: hit.time, "backward")
            let after = try await fetch(hit, from: hit.time, to: hit.time + LogContext.reach, "forward")
            LogContext.add(Group(entries: before + after.filter { $0 != hit }, hits: [hit]), hit, to: &out)
        }
        return out
    }

    private func fetch(_ hit: LogEntry, from: UInt64, to: UInt64, _ direction: String) async throws -> [LogEntry] {
        let isBefore = direction == "backward"
        let (answer, _) = try await client.value(
            LokiAnswer.self, "/loki/api/v1/query_range",
            [
                ("query", LogContext.selector(hit.labels)), ("start", "\(from)"), ("end", "\(to)"),
                ("direction", direction), ("limit", "\(count + (isBefore ? 0 : 1))"),
            ], headers: [("X-Loki-Response-Encoding-Flags", "categorize-labels")])
        return answer.entries.sorted { $0.time < $1.time }
    }

    /// The stream of these labels and no other.
    static func selector(_ labels: [String: String]) -> String {
        let parts = labels.sorted { $0.key < $1.key }.map { label in
            label.key + "=\"" + label.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return "{" + parts.joined(separator: ",") + "}"
    }

    /// Adds a hit's lines; groups of one stream that meet become one.
    static func add(_ group: Group, _ hit: LogEntry, to groups: inout [Group]) {
        var group = group
        if !group.entries.contains(hit) { group.entries.append(hit) }
        group.entries.sort { $0.time < $1.time }
        guard let last = groups.lastIndex(where: { $0.entries.contains { group.entries.contains($0) } }) else {
            return groups.append(group)
        }
        groups[last].hits.formUnion(group.hits)
        groups[last].entries += group.entries.filter { !groups[last].entries.contains($0) }
        groups[last].entries.sort { $0.time < $1.time }
    }
}
