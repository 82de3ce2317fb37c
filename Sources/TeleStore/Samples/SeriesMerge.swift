package import TeleEngine
package import TeleModel

/// Puts together what several sources said of the same selection.
package enum SeriesMerge {
    /// One answer of several, sources from old to new: series joined by labels and in order, samples ordered by time;
    /// of samples with the same time that of the newest source stays. Linear where sources do not overlap in time.
    package static func merge(_ sources: [SeriesData]) -> SeriesData {
        let sources = sources.filter { $0.count > 0 }
        guard sources.count > 1 else { return sources.first ?? SeriesData() }
        var out = SeriesData()
        out.times.reserveCapacity(sources.reduce(0) { $0 + $1.times.count })
        out.values.reserveCapacity(out.times.capacity)
        let hasStarts = sources.contains {
            !$0.started.isEmpty || !$0.startedAll.isEmpty || !$0.histogramStarted.isEmpty
        }
        var next = [Int](repeating: 0, count: sources.count)
        while let first = least(sources, next) {
            let labels = sources[first].labels[next[first]]
            let start = out.times.count
            let histogramStart = out.histogramTimes.count
            var parts: [(source: Int, series: Int)] = []
            for source in first..<sources.count {
                let series = next[source]
                guard series < sources[source].count,
                    source == first || sources[source].labels[series].bytes == labels.bytes
                else { continue }
                let rows = sources[source].offsets[series]..<sources[source].offsets[series + 1]
                out.times += sources[source].times[rows]
                out.values += sources[source].values[rows]
                let histograms = sources[source].histogramOffsets[series]..<sources[source].histogramOffsets[series + 1]
                out.histogramTimes += sources[source].histogramTimes[histograms]
                out.histograms += sources[source].histograms[histograms]
                if hasStarts { parts.append((source, series)) }
                next[source] += 1
            }
            if hasStarts { out.appendStarts(sources, parts, from: start, histogramStart) }
            ArrivalOrder.settle(&out.times, &out.values, from: start)
            settleHistograms(&out, from: histogramStart)
            out.labels.append(labels)
            out.offsets.append(out.times.count)
            out.histogramOffsets.append(out.histogramTimes.count)
        }
        out.padStarts()
        return out
    }

    /// The oldest source whose next series is the first of all.
    private static func least(_ sources: [SeriesData], _ next: [Int]) -> Int? {
        var best: Int?
        for source in sources.indices where next[source] < sources[source].count {
            guard let found = best else {
                best = source
                continue
            }
            if precedes(sources[source].labels[next[source]], sources[found].labels[next[found]]) { best = source }
        }
        return best
    }

    private static func settleHistograms(_ data: inout SeriesData, from start: Int) {
        let times = Array(data.histogramTimes[start...])
        if ArrivalOrder.isIncreasing(times.span) { return }
        let rows = ArrivalOrder.kept(times.span).map { start + $0 }
        let newTimes = rows.map { data.histogramTimes[$0] }
        let newHistograms = rows.map { data.histograms[$0] }
        data.histogramTimes.removeSubrange(start...)
        data.histograms.removeSubrange(start...)
        data.histogramTimes += newTimes
        data.histograms += newHistograms
    }

    /// One ordered list of distinct label sets of several.
    package static func merge(_ sources: [[LabelSet]]) -> [LabelSet] {
        let sources = sources.filter { !$0.isEmpty }
        guard sources.count > 1 else { return sources.first ?? [] }
        let all = sources.joined().sorted { precedes($0, $1) }
        var out: [LabelSet] = []
        for labels in all where out.last?.bytes != labels.bytes { out.append(labels) }
        return out
    }

    /// Exemplars of several sources, old to new: series in order, exemplars by time, repeated ones once.
    package static func merge(_ sources: [[ExemplarData]]) -> [ExemplarData] {
        let sources = sources.filter { !$0.isEmpty }
        guard sources.count > 1 else { return sources.first ?? [] }
        var places: [LabelSet: Int] = [:]
        var out: [ExemplarData] = []
        for data in sources.joined() {
            if let place = places[data.labels] {
                out[place].exemplars += data.exemplars
            } else {
                places[data.labels] = out.count
                out.append(data)
            }
        }
        for i in out.indices { out[i].exemplars = ordered(out[i].exemplars) }
        return out.sorted { precedes($0.labels, $1.labels) }
    }

    /// Metadata of several sources, old to new: the newest of each name, by name.
    package static func merge(_ sources: [[MetricMetadata]]) -> [MetricMetadata] {
        var latest: [String: MetricMetadata] = [:]
        for row in sources.joined() { latest[row.name] = row }
        return latest.values.sorted { $0.name < $1.name }
    }

    static func precedes(_ a: LabelSet, _ b: LabelSet) -> Bool {
        ByteOrder.compare(a.bytes.span.bytes, b.bytes.span.bytes) < 0
    }

    /// By time, those sent more than once given once: clients repeat an exemplar until a newer one replaces it.
    static func ordered(
        _ exemplars: [(time: Int64, value: Double, labels: LabelSet)]
    ) -> [(time: Int64, value: Double, labels: LabelSet)] {
        let sorted = exemplars.sorted { a, b in
            if a.time != b.time { return a.time < b.time }
            if a.value.bitPattern != b.value.bitPattern { return a.value.bitPattern < b.value.bitPattern }
            return precedes(a.labels, b.labels)
        }
        var out: [(time: Int64, value: Double, labels: LabelSet)] = []
        for row in sorted {
            if let last = out.last, last.time == row.time, last.value.bitPattern == row.value.bitPattern,
                last.labels == row.labels
            {
                continue
            }
            out.append(row)
        }
        return out
    }
}
