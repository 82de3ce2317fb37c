import TeleEngine
import TeleModel
import TeleTestKit

@testable import TeleStore

/// Batches of the simulation, entered in the ledger as they are made.
enum SimRecords {
    static let metadata = MetricMetadata(name: "m", type: .gauge, unit: "s", help: "what is measured")
    static let hour: UInt64 = 3_600_000_000_000

    static let everySample = SeriesSelection(
        matchers: [try? Matcher(name: "__name__", .equal, "m")].compactMap { $0 }, time: .min ... .max)

    static func logs(_ random: inout SeededGenerator, _ numbers: Range<Int>, now: UInt64, into ledger: inout Ledger)
        -> LogBatch
    {
        let spread = random.chance(0.2) ? 48 * hour : hour
        let batch = StoreBatches.logs(&random, numbers: numbers, around: now - spread, spread: spread)
        for (row, number) in numbers.enumerated() {
            ledger.send(
                .logs, number,
                Ledger.Record(
                    print: RecordPrint.of(batch, row), time: batch.timestamp(row),
                    resource: batch.core.resourceFingerprint(Int(batch.resource[row])), trace: batch.traceID(row)))
        }
        return batch
    }

    static func spans(_ random: inout SeededGenerator, _ numbers: Range<Int>, now: UInt64, into ledger: inout Ledger)
        -> SpanBatch
    {
        let spread = random.chance(0.2) ? 48 * hour : hour
        let batch = StoreBatches.spans(&random, numbers: numbers, around: now - spread, spread: spread)
        for (row, number) in numbers.enumerated() {
            ledger.send(
                .spans, number,
                Ledger.Record(
                    print: RecordPrint.of(batch, row), time: batch.start[row], trace: batch.traceID(row),
                    parts: RecordPrint.spanColumns.map { RecordPrint.part(batch, row, $0) }))
        }
        return batch
    }

    /// A sample a number, some of them histograms or with an exemplar; no two of one series and time.
    static func samples(_ random: inout SeededGenerator, _ numbers: Range<Int>, now: UInt64, into ledger: inout Ledger)
        -> SampleBatch
    {
        var batch = SampleBatch()
        let spread = random.chance(0.2) ? 48 * hour : hour
        var known: [Int: UInt32] = [:]
        for number in numbers {
            let isHistogram = random.chance(0.15)
            let name = isHistogram ? 100 + number % 2 : number % 7
            let labels = LabelSet([("__name__", "m"), ("i", "\(name)")])
            if known[name] == nil {
                known[name] = UInt32(batch.seriesLabels.count)
                batch.seriesLabels.append(batch.heap.append(labels.bytes))
                batch.seriesHash.append(labels.fingerprint)
            }
            let series = known[name] ?? 0
            // Distinct: the last digits are the number's.
            let time = Int64((now - random.next() % spread) / 1_000_000) / 10_000 * 10_000 + Int64(number % 10_000)
            let nanoseconds = UInt64(time) * 1_000_000
            if isHistogram {
                var histogram = NativeHistogram()
                histogram.count = 3
                histogram.sum = Double(number)
                histogram.positiveRuns = [.init(offset: Int32(number % 5), length: 2)]
                histogram.positive = [1, 2]
                let start = batch.heap.bytes.count
                histogram.encode(into: &batch.heap.bytes)
                batch.histogramSeries.append(series)
                batch.histogramTime.append(time)
                batch.histogramStarted.append(0)
                batch.histogram.append(
                    ByteRange(offset: UInt32(start), count: UInt32(batch.heap.bytes.count - start)))
                ledger.send(
                    .samples, number,
                    Ledger.Record(print: RecordPrint.of(histogram, labels, time: time), time: nanoseconds))
                continue
            }
            batch.series.append(series)
            batch.time.append(time)
            batch.value.append(Double(number))
            batch.started.append(random.chance(0.3) ? time - 1_000 : 0)
            ledger.send(
                .samples, number,
                Ledger.Record(print: RecordPrint.of(labels, time: time, value: Double(number)), time: nanoseconds))
            if random.chance(0.3) {
                let own = LabelSet([("trace_id", "t\(number)")])
                batch.exemplarSeries.append(series)
                batch.exemplarTime.append(time)
                batch.exemplarValue.append(Double(number))
                batch.exemplarLabels.append(batch.heap.append(own.bytes))
                ledger.sendExemplar(number, RecordPrint.of(labels, (time, Double(number), own)))
            }
        }
        if random.chance(0.3) {
            batch.metadataName.append(batch.heap.append(metadata.name))
            batch.metadataType.append(metadata.type.rawValue)
            batch.metadataUnit.append(batch.heap.append(metadata.unit))
            batch.metadataHelp.append(batch.heap.append(metadata.help))
        }
        return batch
    }
}
