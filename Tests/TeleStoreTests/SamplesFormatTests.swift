import TeleCodec
import TeleEngine
import TeleModel
import TeleStore
import TeleTestKit
import Testing

@Suite struct SamplesFormatTests {
    private static func head(seed: UInt64, batches: Int = 12) throws -> SampleHead {
        var world = SamplesWorld(seed: seed)
        var head = SampleHead()
        for number in 0..<batches {
            var batch = world.batch(rows: 100)
            let labels = batch.heap.append(LabelSet([("trace_id", "abc\(number % 3)")]).bytes)
            for _ in 0..<2 {
                batch.exemplarSeries.append(0)
                batch.exemplarTime.append(Int64(1000 + number))
                batch.exemplarValue.append(0.5)
                batch.exemplarLabels.append(labels)
            }
            batch.metadataName.append(batch.heap.append("m1"))
            batch.metadataType.append(MetricType.counter.rawValue)
            batch.metadataUnit.append(batch.heap.append("s"))
            batch.metadataHelp.append(batch.heap.append("help \(number / 4)"))
            try head.append(batch)
        }
        return head
    }

    /// Whatever bit is turned, and wherever the bytes end: an error, or the answer of whole bytes; never a trap.
    @Test func brokenBytesThrow() throws {
        let good = try SamplesOracleTests.seal([.head(try SamplesFormatTests.head(seed: 1).snapshot())])
        let everything = SeriesSelection(matchers: [], time: .min ... .max)
        let whole = SamplesOracle.lines(
            try SampleSource.segment(try SamplesOracleTests.open(good)).select(everything, budget: QueryBudget()))
        var random = SeededGenerator(seed: 2)
        var refused = 0
        for _ in 0..<300 {
            var bytes = good
            if random.chance(0.2) {
                bytes.removeLast(1 + random.below(bytes.count))
            } else {
                bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            }
            do {
                let reader = try SamplesOracleTests.open(bytes)
                let source = SampleSource.segment(reader)
                let answer = SamplesOracle.lines(try source.select(everything, budget: QueryBudget()))
                #expect(answer == whole)
                try reader.verify()
                Issue.record("a broken segment verifies")
            } catch {
                refused += 1
            }
        }
        #expect(refused == 300)
    }

    /// The decoders behind the checksums: fed with noise by a segment whose checksums are made to fit.
    @Test func brokenSectionsBehindGoodChecksumsThrow() throws {
        let good = try SamplesOracleTests.seal([.head(try SamplesFormatTests.head(seed: 3, batches: 4).snapshot())])
        let everything = SeriesSelection(matchers: [], time: .min ... .max)
        var random = SeededGenerator(seed: 4)
        var answered = 0
        for _ in 0..<600 {
            let bytes = try SamplesForgery.forge(good, &random)
            do {
                let reader = try SamplesOracleTests.open(bytes)
                try reader.verify()
                _ = try SampleSource.segment(reader).select(everything, budget: QueryBudget())
                answered += 1
            } catch {
                continue
            }
        }
        #expect(answered < 600)
    }

    /// One broken group costs its own series only, and is reported.
    @Test func aBrokenGroupIsReportedAndTheRestServes() throws {
        var head = SampleHead()
        var batch = SampleBatch()
        var random = SeededGenerator(seed: 8)
        for series in 0..<200 {
            let labels = LabelSet([("__name__", "m"), ("i", "\(1000 + series)")])
            batch.seriesLabels.append(batch.heap.append(labels.bytes))
            batch.seriesHash.append(labels.fingerprint)
            for step in 0..<100 {
                batch.series.append(UInt32(series))
                batch.time.append(Int64(step) * 1000)
                batch.value.append(Double(bitPattern: random.next() >> 2))
                batch.started.append(0)
            }
        }
        try head.append(batch)
        var bytes = try SamplesOracleTests.seal([.head(head.snapshot())])
        bytes[5000] ^= 16
        let broken = bytes
        let log = SamplesDamageLog()
        let reader = try SampleSegmentReader(
            byteCount: broken.count, damage: { log.add($0) },
            source: { range throws(CodecError) in Array(broken[range]) })
        let everything = SeriesSelection(matchers: [], time: .min ... .max)
        let data = try SampleSource.segment(reader).select(everything, budget: QueryBudget())
        #expect(log.count == 1)
        #expect(data.count > 100 && data.count < 200)
        #expect(throws: CodecError.self) { try reader.verify() }
    }

    @Test func exemplarsMetadataAndStartsGoThrough() throws {
        let head = try SamplesFormatTests.head(seed: 9)
        let one = SampleSource.segment(
            try SamplesOracleTests.open(try SamplesOracleTests.seal([.head(head.snapshot())])))
        let sources: [SampleSource] = [
            .head(head.snapshot()), one,
            .segment(try SamplesOracleTests.open(try SamplesOracleTests.seal([one, .head(head.snapshot())]))),
        ]
        let everything = SeriesSelection(matchers: [], time: .min ... .max)
        let first = try sources[0].exemplars(everything, budget: QueryBudget())
        // Sent twice each, given once.
        #expect(first.reduce(0) { $0 + $1.exemplars.count } == 12)
        for source in sources {
            let exemplars = try source.exemplars(everything, budget: QueryBudget())
            #expect(exemplars.map(\.labels) == first.map(\.labels))
            #expect(exemplars.flatMap { $0.exemplars.map(\.time) } == first.flatMap { $0.exemplars.map(\.time) })
            #expect(
                try source.metadata() == [MetricMetadata(name: "m1", type: .counter, unit: "s", help: "help 2")])
            let few = SeriesSelection(matchers: [], time: 1001...1003)
            #expect(try source.exemplars(few, budget: QueryBudget()).reduce(0) { $0 + $1.exemplars.count } == 3)
        }
    }

    @Test func badBatchesAreRefused() throws {
        var world = SamplesWorld(seed: 10)
        let good = world.batch(rows: 50)
        var batches: [SampleBatch] = []
        func broken(_ change: (inout SampleBatch) -> Void) {
            var batch = good
            change(&batch)
            batches.append(batch)
        }
        broken { $0.series[0] = UInt32($0.seriesLabels.count) }
        broken { $0.value.removeLast() }
        broken { $0.seriesHash.removeLast() }
        broken { $0.seriesLabels[0] = ByteRange(offset: .max, count: .max) }
        broken { $0.histogramSeries[0] = .max }
        broken { $0.histogram[0].count = 3 }
        broken { $0.seriesLabels[0].count -= 1 }
        var head = SampleHead()
        for batch in batches { #expect(throws: EngineError.self) { try head.append(batch) } }
        #expect(head.sampleCount == 0)
        try head.append(good)
        #expect(head.sampleCount == 50)
    }

    /// Regular series, jitter, counters with resets, three decimals: bit for bit, and small.
    @Test func usualSeriesAreSmall() throws {
        var random = SeededGenerator(seed: 11)
        var batch = SampleBatch()
        let labels = (0..<3).map { LabelSet([("__name__", "m\($0)")]) }
        for series in labels {
            batch.seriesLabels.append(batch.heap.append(series.bytes))
            batch.seriesHash.append(series.fingerprint)
        }
        var counter = 0.0
        var gauge = 0.0
        for step in 0..<3000 {
            counter = step % 700 == 699 ? 0 : counter + Double(random.below(50))
            gauge += Double(random.below(200)) - 100
            let values = [counter, gauge / 1000, step % 500 == 0 ? SampleBatch.staleMarker : 42]
            for (series, value) in values.enumerated() {
                batch.series.append(UInt32(series))
                batch.time.append(1_700_000_000_000 + Int64(step) * 15_000 + Int64(random.below(5)))
                batch.value.append(value)
                batch.started.append(5)
            }
        }
        var head = SampleHead()
        try head.append(batch)
        let bytes = try SamplesOracleTests.seal([.head(head.snapshot())])
        #expect(bytes.count < 9000 * 5 / 4)
        var oracle = SamplesOracle()
        oracle.append(batch)
        let everything = SeriesSelection(matchers: [], time: .min ... .max)
        let data = try SampleSource.segment(try SamplesOracleTests.open(bytes)).select(
            everything, budget: QueryBudget())
        #expect(SamplesOracle.lines(data) == oracle.select(everything))
    }
}
