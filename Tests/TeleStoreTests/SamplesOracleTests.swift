import TeleCodec
import TeleEngine
import TeleModel
import TeleStore
import TeleTestKit
import Testing

@Suite struct SamplesOracleTests {
    static func seal(_ sources: [SampleSource], time: ClosedRange<Int64> = .min ... .max) throws -> [UInt8] {
        let sink = SamplesSink()
        let summary = try SampleSegmentMerger.merge(sources, time: time) { bytes throws(EngineError) in
            sink.bytes += bytes
        }
        #expect(summary.byteCount == sink.bytes.count)
        return sink.bytes
    }

    /// Small, so that indexes come and go.
    private static let indexes = SampleIndexCache(limit: 20_000)

    static func open(_ bytes: [UInt8]) throws -> SampleSegmentReader {
        try SampleSegmentReader(byteCount: bytes.count, indexes: indexes) { range throws(CodecError) in
            Array(bytes[range])
        }
    }

    /// Segments with the same series share an index and are read together: also where their samples overlap in time
    /// and where some are deleted.
    @Test(arguments: 0..<8) func segmentsOfTheSameSeriesShareAnIndex(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let cache = SampleIndexCache(limit: 1 << 20)
        let labels = (0..<40).map { LabelSet([("__name__", "m"), ("pod", "pod-\($0)")]) }
        var expected = [[Int64: Double]](repeating: [:], count: labels.count)
        var sources: [SampleSource] = []
        var readers: [SampleSegmentReader] = []
        for segment in 0..<5 as Range<Int64> {
            var head = SampleHead()
            for i in labels.indices {
                var batch = SampleBatch()
                batch.seriesLabels = [batch.heap.append(labels[i].bytes)]
                batch.seriesHash = [labels[i].fingerprint]
                for _ in 0..<20 {
                    // Half of what the segment before had is within reach.
                    let time = segment * 1000 + Int64(random.below(1500))
                    batch.series.append(0)
                    batch.time.append(time)
                    batch.value.append(Double(segment * 10_000 + time))
                    batch.started.append(0)
                    expected[i][time] = Double(segment * 10_000 + time)
                }
                try head.append(batch)
            }
            let bytes = try SamplesOracleTests.seal([.head(head.snapshot())])
            var reader = try SampleSegmentReader(byteCount: bytes.count, indexes: cache) { range throws(CodecError) in
                Array(bytes[range])
            }
            if segment == 2 {
                let gone = try Matcher(name: "pod", .equal, "pod-7")
                reader = reader.excluding([SeriesSelection(matchers: [gone], time: .min ... .max)])
                let kept = sources
                let before = try SampleSource.select(
                    kept, SeriesSelection(matchers: [gone], time: .min ... .max), budget: QueryBudget())
                expected[7] = Dictionary(uniqueKeysWithValues: zip(before.times, before.values))
            }
            readers.append(reader)
            sources.append(.segment(reader))
        }
        let everything = SeriesSelection(matchers: [], time: .min ... .max)
        let data = try SampleSource.select(sources, everything, budget: QueryBudget())
        #expect(data.count == labels.count)
        #expect(cache.bytes < readers.reduce(0) { $0 + $1.indexByteCount } * 2 / 3)
        for series in 0..<data.count {
            let i = try #require(labels.firstIndex(of: data.labels[series]))
            let rows = data.offsets[series]..<data.offsets[series + 1]
            #expect(Array(data.times[rows]) == expected[i].keys.sorted(), "seed \(seed)")
            for row in rows { #expect(data.values[row] == expected[i][data.times[row]], "seed \(seed)") }
        }
    }

    /// Head, its snapshots, segments, merges of segments: always what the plain store says.
    @Test(arguments: 0..<16) func answersAsThePlainStore(seed: Int) throws {
        var world = SamplesWorld(seed: UInt64(seed))
        var oracle = SamplesOracle()
        var segments: [SampleSource] = []
        for _ in 0..<1 + world.random.below(4) {
            var head = SampleHead()
            for _ in 0..<1 + world.random.below(20) {
                let batch = world.batch(rows: world.random.below(120))
                try head.append(batch)
                oracle.append(batch)
                if world.random.chance(0.4) { head.compact() }
                if world.random.chance(0.3) {
                    try compare(segments + [.head(head.snapshot())], oracle, &world, seed)
                }
            }
            let reader = try SamplesOracleTests.open(try SamplesOracleTests.seal([.head(head.snapshot())]))
            try reader.verify()
            #expect(reader.summary.minTime == head.minTime && reader.summary.maxTime == head.maxTime)
            segments.append(.segment(reader))
            if world.random.chance(0.3) {
                segments = [.segment(try SamplesOracleTests.open(try SamplesOracleTests.seal(segments)))]
            }
            try compare(segments, oracle, &world, seed)
        }
        let all = try SamplesOracleTests.open(try SamplesOracleTests.seal(segments))
        try all.verify()
        for _ in 0..<20 { try compare([.segment(all)], oracle, &world, seed) }
        #expect(
            all.summary.sampleCount == oracle.series.values.reduce(0) { $0 + $1.count }
                + oracle.histograms.values.reduce(0) { $0 + $1.count })
        // Cut by time, the two parts are the whole.
        let cut = world.clock - 100_000
        let old = try SamplesOracleTests.seal(segments, time: .min...cut)
        let new = try SamplesOracleTests.seal(segments, time: cut + 1 ... .max)
        let parts: [SampleSource] = [
            .segment(try SamplesOracleTests.open(old)), .segment(try SamplesOracleTests.open(new)),
        ]
        for _ in 0..<5 { try compare(parts, oracle, &world, seed) }
    }

    private func compare(
        _ sources: [SampleSource], _ oracle: SamplesOracle, _ world: inout SamplesWorld, _ seed: Int
    ) throws {
        let selection = try world.selection()
        let data = try SampleSource.select(sources, selection, budget: QueryBudget())
        let expected = oracle.select(selection)
        #expect(SamplesOracle.lines(data) == expected, "seed \(seed)")

        let listed = SeriesMerge.merge(try sources.map { try $0.series(selection, budget: QueryBudget()) })
        #expect(Set(data.labels).isSubset(of: listed), "seed \(seed)")
        for labels in listed {
            #expect(selection.matchers.allSatisfy { $0.accepts(labels[$0.name] ?? "") }, "seed \(seed)")
        }
        let names = Set(try sources.flatMap { try $0.labelNames(selection) })
        #expect(names == Set(listed.flatMap { $0.pairs.map(\.name) }), "seed \(seed)")
        let zones = Set(try sources.flatMap { try $0.labelValues("zone", selection) })
        #expect(zones == Set(listed.compactMap { $0["zone"] }), "seed \(seed)")
    }

    /// A snapshot does not see what is appended after it, and reads on while the head goes on.
    @Test func snapshotsDoNotChange() throws {
        var world = SamplesWorld(seed: 5)
        var head = SampleHead()
        var oracle = SamplesOracle()
        var kept: [(SampleHeadSnapshot, [String])] = []
        let everything = SeriesSelection(matchers: [], time: .min ... .max)
        for round in 0..<12 {
            let batch = world.batch(rows: 100)
            try head.append(batch)
            oracle.append(batch)
            kept.append((head.snapshot(), oracle.select(everything)))
            if round % 3 == 2 { head.compact() }
        }
        for (snapshot, expected) in kept.reversed() {
            let source = SampleSource.head(snapshot)
            #expect(
                SamplesOracle.lines(try source.select(everything, budget: QueryBudget())) == expected)
        }
    }

    @Test func theBudgetEndsAQuery() throws {
        var world = SamplesWorld(seed: 6)
        var head = SampleHead()
        for _ in 0..<20 { try head.append(world.batch(rows: 100)) }
        let source = SampleSource.head(head.snapshot())
        let everything = SeriesSelection(matchers: [], time: .min ... .max)
        #expect(throws: EngineError.self) {
            try source.select(everything, budget: QueryBudget(maxRows: 100))
        }
        #expect(throws: EngineError.self) {
            try source.select(everything, budget: QueryBudget(maxBytes: 1000))
        }
    }
}

final class SamplesSink {
    var bytes: [UInt8] = []
}
