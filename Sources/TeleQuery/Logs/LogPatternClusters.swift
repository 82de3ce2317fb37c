import TeleEngine
import TeleModel

/// Lines gathered into patterns, as they come: each as it is, or as its template with a count.
struct LogPatternClusters {
    private static let most = 1_000
    private static let mostWords = 120

    private struct Cluster {
        /// nil for `<_>`.
        var words: [String?]
        var level: String
        var counts: [UInt64: Int] = [:]
        var total = 0
    }

    let step: UInt64
    private var clusters: [Cluster] = []
    private var index: [String: [Int]] = [:]

    init(step: UInt64) { self.step = step }

    var count: Int { clusters.count }

    mutating func add(_ templates: LogTemplates, _ counting: LogCounting, _ streams: LogStreams) {
        struct Key: Hashable {
            var template: Int
            var level: String
        }
        var known: [Key: Int?] = [:]
        // So that what is found does not depend on how the cells happen to lie.
        let cells = templates.cells.sorted { ($0.template, $0.group, $0.bucket) < ($1.template, $1.group, $1.bucket) }
        let levels = templates.groups.map { group in
            streams.byFingerprint[group.resource].map { LogCountPlan.level(of: group, $0) }
        }
        var lineLevel: (template: Int, level: String)?
        for cell in cells {
            guard let told = levels[cell.group] else { continue }
            let line = templates.text[templates.range(of: cell.template)]
            if told == nil, lineLevel?.template != cell.template {
                lineLevel = (cell.template, LogPatternClusters.level(of: line))
            }
            let key = Key(template: cell.template, level: told ?? lineLevel?.level ?? LokiLevel.unknown)
            let cluster: Int?
            if let seen = known[key] {
                cluster = seen
            } else {
                cluster = place(LogPatternClusters.split(line), key.level)
                known[key] = .some(cluster)
            }
            if let cluster { add(cluster, counting.edges[cell.bucket], Int(clamping: cell.rows)) }
        }
    }

    mutating func add(_ line: ArraySlice<UInt8>, level: String, time: UInt64, rows: Int) {
        guard let cluster = place(LogPatternClusters.split(line), level) else { return }
        add(cluster, time - time % step, rows)
    }

    private mutating func add(_ cluster: Int, _ bucket: UInt64, _ rows: Int) {
        clusters[cluster].counts[bucket, default: 0] += rows
        clusters[cluster].total += rows
    }

    /// The cluster of a line of these words, new or known; nil where there is none and no room for one.
    private mutating func place(_ words: [String?], _ level: String) -> Int? {
        guard let first = words.first else { return nil }
        let key = "\(words.count) \(level) \(first ?? "<_>")"
        if let best = LogPatternClusters.best(words, index[key] ?? [], &clusters) { return best }
        guard clusters.count < LogPatternClusters.most else { return nil }
        index[key, default: []].append(clusters.count)
        clusters.append(Cluster(words: words, level: level))
        return clusters.count - 1
    }

    /// The most frequent first.
    var patterns: [LogPatterns.Pattern] {
        clusters.sorted { $0.total > $1.total }.map { cluster in
            let samples = cluster.counts.sorted { $0.key < $1.key }
                .map { (time: Int64(clamping: $0.key / 1_000_000_000), count: $0.value) }
            return LogPatterns.Pattern(
                text: cluster.words.map { $0 ?? "<_>" }.joined(separator: " "), level: cluster.level,
                samples: samples, total: cluster.total)
        }
    }

    private static func level(of line: ArraySlice<UInt8>) -> String {
        LokiLevel.detect(metadata: [], labels: [], severity: 0, line: Array(line))
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
    private static func split(_ line: ArraySlice<UInt8>) -> [String?] {
        line.prefix(4096).split(separator: 0x20, maxSplits: mostWords).map { word in
            word.contains { (0x30...0x39).contains($0) } ? nil : String(decoding: word, as: UTF8.self)
        }
    }
}
