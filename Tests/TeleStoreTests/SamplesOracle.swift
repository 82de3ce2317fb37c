import TeleEngine
import TeleModel
import TeleTestKit

/// The plainest store there can be: every sample in a dictionary, the last to come wins.
struct SamplesOracle {
    var series: [LabelSet: [Int64: Double]] = [:]
    var histograms: [LabelSet: [Int64: NativeHistogram]] = [:]

    mutating func append(_ batch: SampleBatch) {
        for i in batch.time.indices {
            series[SamplesOracle.labels(batch, batch.series[i]), default: [:]][batch.time[i]] = batch.value[i]
        }
        for i in batch.histogramTime.indices {
            let labels = SamplesOracle.labels(batch, batch.histogramSeries[i])
            let bytes = batch.heap.bytes.span.extracting(batch.histogram[i].range)
            histograms[labels, default: [:]][batch.histogramTime[i]] = NativeHistogram(encoded: bytes)
        }
    }

    static func labels(_ batch: SampleBatch, _ series: UInt32) -> LabelSet {
        LabelSet(canonical: Array(batch.heap[batch.seriesLabels[Int(series)]]))
    }

    /// One line a sample, so that a difference can be read.
    func select(_ selection: SeriesSelection) -> [String] {
        var lines: [String] = []
        for labels in Set(series.keys).union(histograms.keys) {
            guard selection.matchers.allSatisfy({ $0.accepts(labels[$0.name] ?? "") }) else { continue }
            for (time, value) in series[labels] ?? [:] where selection.time.contains(time) {
                lines.append(SamplesOracle.line(labels, time, value.bitPattern))
            }
            for (time, histogram) in histograms[labels] ?? [:] where selection.time.contains(time) {
                lines.append(SamplesOracle.line(labels, time, UInt64(histogram.count)) + " h \(histogram.positive)")
            }
        }
        return lines.sorted()
    }

    static func line(_ labels: LabelSet, _ time: Int64, _ bits: UInt64) -> String {
        "\(labels.pairs.map { "\($0.name)=\($0.value)" }) \(time) \(bits)"
    }

    /// The same of an answer; nil where it breaks what ``SeriesData`` promises.
    static func lines(_ data: SeriesData) -> [String]? {
        var lines: [String] = []
        for i in 0..<data.count {
            if i > 0, !data.labels[i - 1].bytes.lexicographicallyPrecedes(data.labels[i].bytes) { return nil }
            let rows = data.offsets[i]..<data.offsets[i + 1]
            let histograms = data.histogramOffsets[i]..<data.histogramOffsets[i + 1]
            if rows.isEmpty && histograms.isEmpty { return nil }
            for row in rows {
                if row > rows.lowerBound, data.times[row] <= data.times[row - 1] { return nil }
                lines.append(line(data.labels[i], data.times[row], data.values[row].bitPattern))
            }
            for row in histograms {
                if row > histograms.lowerBound, data.histogramTimes[row] <= data.histogramTimes[row - 1] { return nil }
                let histogram = data.histograms[row]
                let text = line(data.labels[i], data.histogramTimes[row], UInt64(histogram.count))
                lines.append(text + " h \(histogram.positive)")
            }
        }
        return lines.sorted()
    }
}

/// Random batches over a small world of series: out of order, repeated, stale, odd values.
struct SamplesWorld {
    var random: SeededGenerator
    var clock: Int64 = 1_700_000_000_000

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func labels() -> LabelSet {
        var labels = [("__name__", "m\(random.below(4))")]
        if random.chance(0.8) { labels.append(("job", "j\(random.below(3))")) }
        if random.chance(0.5) { labels.append(("zone", ["", "a", "ab", "b é"][random.below(4)])) }
        if random.chance(0.3) { labels.append(("le", "\(random.below(20))")) }
        return LabelSet(labels)
    }

    mutating func value() -> Double {
        switch random.below(12) {
        case 0: SampleBatch.staleMarker
        case 1: Double(bitPattern: random.next())
        case 2:
            [-0.0, 0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude][random.below(7)]
        case 3...5: Double(random.below(100_000)) / 1000
        default: Double(random.below(1_000_000))
        }
    }

    mutating func time() -> Int64 {
        clock += Int64(random.below(3)) * 5000
        if random.chance(0.01) { return [Int64.min, .max, 0, -1, .max - 1][random.below(5)] }
        return random.chance(0.2) ? clock - Int64(random.below(40)) * 5000 : clock
    }

    mutating func batch(rows: Int) -> SampleBatch {
        var batch = SampleBatch()
        var places: [LabelSet: UInt32] = [:]
        for _ in 0..<rows {
            let series = place(&batch, &places)
            if random.chance(0.1) {
                var histogram = NativeHistogram()
                histogram.count = Double(random.below(1000))
                histogram.positive = (0..<random.below(5)).map { _ in Double(random.below(50)) }
                var bytes: [UInt8] = []
                histogram.encode(into: &bytes)
                batch.histogramSeries.append(series)
                batch.histogramTime.append(time())
                batch.histogramStarted.append(0)
                batch.histogram.append(batch.heap.append(bytes))
            } else {
                batch.series.append(series)
                batch.time.append(time())
                batch.value.append(value())
                batch.started.append(random.chance(0.9) ? 77 : 0)
            }
        }
        return batch
    }

    mutating func place(_ batch: inout SampleBatch, _ places: inout [LabelSet: UInt32]) -> UInt32 {
        let labels = labels()
        if let place = places[labels] { return place }
        let place = UInt32(places.count)
        places[labels] = place
        batch.seriesLabels.append(batch.heap.append(labels.bytes))
        batch.seriesHash.append(labels.fingerprint)
        return place
    }

    mutating func selection() throws -> SeriesSelection {
        var matchers: [Matcher] = []
        for _ in 0..<random.below(4) {
            let name = ["__name__", "job", "zone", "le", "absent", "jo"][random.below(6)]
            let isPattern = random.chance(0.5)
            let value =
                isPattern
                ? ["m.*", "j1|j2", ".+", ".*", "a|ab", "m1", "1.+|", ""][random.below(8)]
                : ["m1", "j0", "a", "ab", "b é", "", "7", "nowhere"][random.below(8)]
            let operations: [Matcher.Operation] = isPattern ? [.matches, .matchesNot] : [.equal, .notEqual]
            matchers.append(try Matcher(name: name, operations[random.below(2)], value))
        }
        let from = random.chance(0.3) ? Int64.min : clock - Int64(random.below(200)) * 5000
        let length = Int64(random.below(100)) * 5000
        let to = random.chance(0.3) || from == .min ? Int64.max : from + length
        return SeriesSelection(matchers: matchers, time: from...to)
    }
}
