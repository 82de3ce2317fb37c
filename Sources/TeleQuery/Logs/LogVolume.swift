package import TeleEngine
package import TeleModel

/// How many bytes of lines streams hold, grouped by labels: what Loki's volume endpoints tell.
package struct LogVolume: Sendable {
    package var matchers: [Matcher]
    /// Unix nanoseconds.
    package var time: Range<UInt64>
    /// Labels to group by, which a stream must have all of; empty: those of the matchers, or all where there are none.
    package var targets: [String]
    /// A group for each label name instead of each set of values.
    package var byName: Bool
    package var limit: Int
    /// Ends of the buckets, ascending; the last is the end of the range.
    package var ends: [UInt64]

    package init(
        matchers: [Matcher], time: Range<UInt64>, targets: [String], byName: Bool, limit: Int, ends: [UInt64]
    ) {
        self.matchers = matchers
        self.time = time
        self.targets = targets
        self.byName = byName
        self.limit = limit
        self.ends = ends
    }

    package struct Group: Sendable {
        package var labels: [LokiMapping.Pair]
        /// A number a bucket.
        package var bytes: [UInt64]
        package var total: UInt64 { bytes.reduce(0, &+) }
    }

    /// The largest groups, largest first.
    package func run(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> [Group] {
        guard !time.isEmpty, !ends.isEmpty else { return [] }
        let streams = try LogStreams(matching: matchers, time: time, snapshot: snapshot, budget: budget)
        var groups: [Group] = []
        var index: [String: Int] = [:]
        var ofStream: [UInt64: [Int]] = [:]
        for (fingerprint, stream) in streams.byFingerprint {
            for labels in self.groups(of: stream.labels) {
                let key = LogStreams.key(labels)
                if index[key] == nil {
                    try budget.charge(bytes: 64 + ends.count * 8)
                    index[key] = groups.count
                    groups.append(Group(labels: labels, bytes: Array(repeating: 0, count: ends.count)))
                }
                if let at = index[key] { ofStream[fingerprint, default: []].append(at) }
            }
        }
        if groups.isEmpty { return [] }
        var scan = LogScan(time: time)
        scan.resources = Set(ofStream.keys)
        var counting = LogCounting(
            scan: scan, edges: Set([time.lowerBound] + ends.dropLast() + [time.upperBound]).sorted())
        counting.countsBytes = true
        let counts = try snapshot.countLogs(counting, budget: budget) { _ in }
        for (number, counted) in counts.groups.enumerated() {
            for part in 0..<counts.buckets {
                let size = counts.bytes[number * counts.buckets + part]
                let bucket = ends.dropLast().firstIndex { counting.edges[part] < $0 } ?? ends.count - 1
                for group in ofStream[counted.resource] ?? [] { groups[group].bytes[bucket] &+= size }
            }
        }
        let sorted = groups.filter { $0.total > 0 }.sorted { a, b in
            a.total != b.total ? a.total > b.total : LogStreams.key(a.labels) < LogStreams.key(b.labels)
        }
        return Array(sorted.prefix(limit))
    }

    private func groups(of labels: [LokiMapping.Pair]) -> [[LokiMapping.Pair]] {
        var names = targets
        if names.isEmpty { names = matchers.map(\.name) }
        let wanted = names.isEmpty ? labels : labels.filter { names.contains($0.name) }
        guard !wanted.isEmpty, targets.isEmpty || Set(targets).count == wanted.count else { return [] }
        return byName ? wanted.map { [($0.name, "")] } : [wanted]
    }
}
