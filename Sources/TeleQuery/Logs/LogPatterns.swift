package import TeleEngine
import TeleModel
package import TeleQL

/// The shapes that lines have: words that stay, `<_>` for what changes, with counts over time. Lines of as many words
/// and the same first word are one pattern where at least half of their words agree (after Drain, He et al. 2017).
package struct LogPatterns: Sendable {
    package struct Pattern: Sendable {
        package var text: String
        package var level: String
        /// Unix seconds of a step's start and the lines in it, oldest first.
        package var samples: [(time: Int64, count: Int)]
        package var total: Int
    }

    package var pipeline: LogQLPipeline
    /// Unix nanoseconds.
    package var time: Range<UInt64>
    /// Nanoseconds.
    package var step: UInt64

    /// Lines looked at, and patterns kept: a first look, not an account of everything.
    private static let lines = 200_000
    private static let patterns = 1_000
    private static let words = 120

    package init(pipeline: LogQLPipeline, time: Range<UInt64>, step: UInt64) {
        self.pipeline = pipeline
        self.time = time
        self.step = max(1_000_000_000, step)
    }

    private struct Cluster {
        /// nil for `<_>`.
        var words: [String?]
        var level: String
        var counts: [UInt64: Int] = [:]
        var total = 0
    }

    package func run(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> [Pattern] {
        guard !time.isEmpty else { return [] }
        let streams = try LogStreams(matching: pipeline.matchers, time: time, snapshot: snapshot, budget: budget)
        if streams.isEmpty { return [] }
        let runner = LogPipelineRunner(pipeline, streams: streams, needsMetadata: true, needsLine: true)
        var clusters: [Cluster] = []
        var index: [String: [Int]] = [:]
        var seen = 0
        let scan = runner.scan(time, order: .newestFirst, limit: LogPatterns.lines)
        try snapshot.scanLogs(scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
            let before = clusters.count
            runner.forEachEntry(in: batch) { entry in
                seen += 1
                let words = LogPatterns.split(entry.line)
                guard !words.isEmpty else { return true }
                let level = entry.labels["detected_level"] ?? ""
                let key = "\(words.count) \(level) \(words[0] ?? "<_>")"
                let at = LogPatterns.best(words, index[key] ?? [], &clusters)
                if at == nil, clusters.count >= LogPatterns.patterns { return true }
                let cluster = at ?? clusters.count
                if at == nil {
                    index[key, default: []].append(cluster)
                    clusters.append(Cluster(words: words, level: level))
                }
                clusters[cluster].counts[entry.time - entry.time % step, default: 0] += 1
                clusters[cluster].total += 1
                return seen < LogPatterns.lines
            }
            try budget.charge(bytes: (clusters.count - before) * 4096)
            return seen < LogPatterns.lines
        }
        return clusters.sorted { $0.total > $1.total }.map { cluster in
            let samples = cluster.counts.sorted { $0.key < $1.key }
                .map { (time: Int64(clamping: $0.key / 1_000_000_000), count: $0.value) }
            return Pattern(
                text: cluster.words.map { $0 ?? "<_>" }.joined(separator: " "), level: cluster.level, samples: samples,
                total: cluster.total)
        }
    }

    /// The cluster that fits best, made to hold these words too.
    private static func best(_ words: [String?], _ candidates: [Int], _ clusters: inout [Cluster]) -> Int? {
        var best: Int?
        var bestShared = 0
        for at in candidates {
            var shared = 0
            for (a, b) in zip(clusters[at].words, words) where a == nil || a == b { shared += 1 }
            if shared * 2 >= words.count, shared > bestShared {
                bestShared = shared
                best = at
            }
        }
        guard let best else { return nil }
        for i in words.indices where clusters[best].words[i] != words[i] { clusters[best].words[i] = nil }
        return best
    }

    /// Words of a line; those with a digit change from line to line.
    private static func split(_ line: [UInt8]) -> [String?] {
        line.prefix(4096).split(separator: 0x20, maxSplits: words).map { word in
            word.contains { (0x30...0x39).contains($0) } ? nil : String(decoding: word, as: UTF8.self)
        }
    }
}
