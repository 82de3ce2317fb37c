import TeleEngine
import TeleModel
import TeleStore
import TeleTestKit
import Testing

/// Start times of counters: from heads, segments and both, as they were sent.
@Suite struct SamplesStartTests {
    private struct Sent {
        var labels: LabelSet
        /// By time: when the counter started.
        var starts: [Int64: Int64] = [:]
    }

    @Test(arguments: 0..<12 as Range<UInt64>) func asSent(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var sent: [Sent] = []
        for i in 0..<7 { sent.append(Sent(labels: LabelSet([("__name__", "m_total"), ("i", "\(i)")]))) }
        var sources: [SampleSource] = []
        var clock: Int64 = 1_000_000
        var starts = [Int64](repeating: 0, count: sent.count)
        for _ in 0..<1 + random.below(4) {
            var head = SampleHead()
            for _ in 0..<1 + random.below(12) {
                clock += 10_000
                var batch = SampleBatch()
                for i in sent.indices {
                    batch.seriesLabels.append(batch.heap.append(sent[i].labels.bytes))
                    batch.seriesHash.append(sent[i].labels.fingerprint)
                    if random.chance(0.2) { continue }
                    // Half of them begin anew now and then, some never say.
                    if i % 2 == 0, i > 0, starts[i] == 0 || random.chance(0.1) { starts[i] = clock - 5_000 }
                    if i == 3, starts[i] == 0 { starts[i] = 900_000 }
                    batch.series.append(UInt32(i))
                    batch.time.append(clock)
                    batch.value.append(Double(clock))
                    batch.started.append(starts[i])
                    sent[i].starts[clock] = starts[i]
                }
                try head.append(batch)
                if random.chance(0.3) { head.compact() }
                try compare(sources + [.head(head.snapshot())], sent, &random, clock, seed)
            }
            sources.append(
                .segment(try SamplesOracleTests.open(try SamplesOracleTests.seal([.head(head.snapshot())]))))
            if random.chance(0.4) {
                sources = [.segment(try SamplesOracleTests.open(try SamplesOracleTests.seal(sources)))]
            }
            try compare(sources, sent, &random, clock, seed)
        }
    }

    private func compare(
        _ sources: [SampleSource], _ sent: [Sent], _ random: inout SeededGenerator, _ clock: Int64, _ seed: UInt64
    ) throws {
        let low = Int64(random.below(Int(clock)))
        let selection = SeriesSelection(matchers: [], time: low...clock)
        var data = try SampleSource.select(sources, selection, budget: QueryBudget())
        data.spreadStarts { _, _ in true }
        #expect(data.started.isEmpty || data.started.count == data.times.count, "seed \(seed)")
        for series in 0..<data.count {
            let expected = sent.first { $0.labels == data.labels[series] }?.starts ?? [:]
            for i in data.offsets[series]..<data.offsets[series + 1] {
                let started = data.started.isEmpty ? 0 : data.started[i]
                #expect(started == expected[data.times[i]], "seed \(seed)")
            }
        }
    }

    /// Ranges that begin later see no start of the series: it is said once, not a sample.
    @Test func oneStartIsSaidOnce() throws {
        var head = SampleHead()
        let labels = LabelSet([("__name__", "m_total")])
        for step in 0..<100 as Range<Int64> {
            var batch = SampleBatch()
            batch.seriesLabels = [batch.heap.append(labels.bytes)]
            batch.seriesHash = [labels.fingerprint]
            batch.series = [0]
            batch.time = [step * 1000]
            batch.value = [1]
            batch.started = [-7]
            try head.append(batch)
        }
        let selection = SeriesSelection(matchers: [], time: 50_000...99_000)
        let data = try SampleSource.head(head.snapshot()).select(selection, budget: QueryBudget())
        #expect(data.startedAll == [-7] && data.started.isEmpty && data.times.count == 50)
    }
}
