import TeleModel
import TeleTestKit

/// Sample batches with everything that they can hold, and what they say as text.
enum RandomSamples {
    static func batch(seed: UInt64) -> SampleBatch {
        var random = SeededGenerator(seed: seed)
        var batch = SampleBatch()
        for _ in 0..<random.below(60) {
            var pairs = [("__name__", "m\(random.below(3))"), ("job", "shop")]
            for name in ["a", "zone", "x.y"] where random.chance(0.6) {
                pairs.append((name, String(repeating: "v", count: random.below(30)) + "\(random.below(9))"))
            }
            let labels = random.chance(0.1) ? LabelSet.empty : LabelSet(pairs)
            // Texts of others between those of the series, as decoders leave them.
            if random.chance(0.3) { text(&batch.metadataName, &batch.heap, &random) }
            batch.seriesLabels.append(batch.heap.append(labels.bytes))
            batch.seriesHash.append(labels.fingerprint)
        }
        let series = batch.seriesLabels.count
        for _ in batch.metadataName {
            text(&batch.metadataUnit, &batch.heap, &random)
            text(&batch.metadataHelp, &batch.heap, &random)
            batch.metadataType.append(UInt8(random.below(4)))
        }
        guard series > 0 else { return batch }
        for _ in 0..<random.below(200) {
            batch.series.append(UInt32(random.below(series)))
            batch.time.append(random.chance(0.1) ? Int64(bitPattern: random.next()) : 1_700_000_000_000)
            batch.value.append(Double(bitPattern: random.next()))
            batch.started.append(random.chance(0.1) ? Int64(bitPattern: random.next()) : 0)
        }
        for _ in 0..<random.below(5) {
            batch.histogramSeries.append(UInt32(random.below(series)))
            batch.histogramTime.append(Int64(bitPattern: random.next()))
            batch.histogramStarted.append(0)
            text(&batch.histogram, &batch.heap, &random)
            batch.exemplarSeries.append(UInt32(random.below(series)))
            batch.exemplarTime.append(Int64(bitPattern: random.next()))
            batch.exemplarValue.append(1)
            text(&batch.exemplarLabels, &batch.heap, &random)
        }
        return batch
    }

    private static func text(
        _ column: inout [ByteRange], _ heap: inout ByteHeap, _ random: inout SeededGenerator
    ) {
        column.append(heap.append((0..<random.below(20)).map { _ in UInt8(random.below(256)) }))
    }

    static func lines(_ batch: SampleBatch) -> [String] {
        func text(_ range: ByteRange) -> String { "\(Array(batch.heap[range]))" }
        func series(_ index: UInt32) -> String { text(batch.seriesLabels[Int(index)]) }
        var out: [String] = []
        for i in batch.seriesLabels.indices {
            out.append("series \(text(batch.seriesLabels[i])) \(batch.seriesHash[i])")
        }
        for i in batch.time.indices {
            out.append(
                "\(series(batch.series[i])) \(batch.time[i]) \(batch.value[i].bitPattern) \(batch.started[i])")
        }
        for i in batch.histogramTime.indices {
            out.append(
                "\(series(batch.histogramSeries[i])) \(batch.histogramTime[i]) \(text(batch.histogram[i])) "
                    + "\(batch.histogramStarted[i])")
        }
        for i in batch.exemplarTime.indices {
            out.append(
                "\(series(batch.exemplarSeries[i])) \(batch.exemplarTime[i]) \(batch.exemplarValue[i]) "
                    + text(batch.exemplarLabels[i]))
        }
        for i in batch.metadataName.indices {
            out.append(
                "\(text(batch.metadataName[i])) \(batch.metadataType[i]) \(text(batch.metadataUnit[i])) "
                    + text(batch.metadataHelp[i]))
        }
        return out
    }
}
