import CoreMetrics
import TeleTestKit
import Testing

@testable import TeleClient

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct MetricTests {
    private func collect(
        _ change: (inout TeleConfiguration) -> Void = { _ in }, _ use: (TeleMetricsFactory) -> Void
    ) async -> [String: ProtoTree] {
        let (tele, transport) = recordingTele(change)
        use(tele.metricsFactory)
        await tele.shutdown(deadline: .seconds(120))
        let metrics = transport.records(.metrics).map { ($0.record.text(1) ?? "", $0.record) }
        return Dictionary(metrics, uniquingKeysWith: { $1 })
    }

    @Test func everyInstrumentArrives() async throws {
        let metrics = await collect { factory in
            let counter = Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: factory)
            counter.increment(by: 3)
            Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: factory).increment()
            FloatingPointCounter(label: "f", dimensions: [], factory: factory).increment(by: 1.5)
            let meter = Meter(label: "m", dimensions: [], factory: factory)
            meter.set(10)
            meter.increment(by: 2.5)
            meter.decrement(by: 1)
            Recorder(label: "g", dimensions: [], aggregate: false, factory: factory).record(7)
            let timer = Timer(label: "t", dimensions: [], factory: factory)
            timer.recordMilliseconds(20)
            timer.recordSeconds(100)
            timer.recordNanoseconds(-5)
        }
        let counter = try #require(metrics["c"]?.message(7))
        #expect(counter.number(2) == 2 && counter.number(3) == 1)
        #expect(counter.messages(1).count == 1 && counter.message(1)?.number(6) == 4)
        #expect(counter.message(1)?.attributes(7) == ["a": "1", "b": "2"])
        #expect(metrics["f"]?.message(7)?.message(1)?.double(4) == 1.5)
        #expect(metrics["m"]?.message(5)?.message(1)?.double(4) == 11.5)
        #expect(metrics["g"]?.message(5)?.message(1)?.number(6) == 7)
        let timer = try #require(metrics["t"])
        let point = try #require(timer.message(9)?.message(1))
        #expect(timer.text(3) == "s" && timer.message(9)?.number(2) == 2)
        #expect(point.number(4) == 3 && point.double(5) == 100.02)
        #expect(point.packed(6) == [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(point.packed(7).first == (0.005).bitPattern && point.double(11) == 0 && point.double(12) == 100)
        #expect(metrics["tele.client.sent"] != nil)
    }

    @Test func hostileValuesAndClashesDoNotTrap() async throws {
        let metrics = await collect { factory in
            let counter = Counter(label: "x", dimensions: [], factory: factory)
            counter.increment(by: Int64.max)
            counter.increment(by: Int64.max)
            counter.increment(by: -5)
            let float = FloatingPointCounter(label: "y", dimensions: [("", ""), ("", "")], factory: factory)
            for value in [Double.nan, .infinity, -1, 2] { float.increment(by: value) }
            let timer = Timer(label: "x", dimensions: [], factory: factory)
            timer.recordNanoseconds(.max)
            timer.recordNanoseconds(.min)
            let recorder = Recorder(label: "z", dimensions: [], aggregate: true, factory: factory)
            for value in [Double.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -0.0] { recorder.record(value) }
            recorder.record(Int64.min)
            let meter = Meter(label: "", dimensions: [], factory: factory)
            meter.set(Double.infinity)
            counter.destroy()
            counter.increment()
            timer.destroy()
            timer.destroy()
        }
        #expect(metrics["x"] == nil)
        #expect(metrics["y"]?.message(7)?.message(1)?.double(4) == 2)
        #expect(metrics["z"]?.message(9)?.message(1)?.number(4) == 3)
    }

    @Test func aCounterStopsAtTheTop() async {
        let metrics = await collect { factory in
            let counter = Counter(label: "x", dimensions: [], factory: factory)
            counter.increment(by: Int64.max)
            counter.increment(by: 5)
        }
        #expect(metrics["x"]?.message(7)?.message(1)?.number(6) == UInt64(Int64.max))
    }

    @Test func cardinalityGoesToTheOverflowSeries() async throws {
        let metrics = await collect { factory in
            for i in 0..<2_500 { Counter(label: "c", dimensions: [("id", "\(i)")], factory: factory).increment() }
            for i in 0..<2_100 { Meter(label: "m\(i)", dimensions: [], factory: factory).set(1) }
        }
        let points = try #require(metrics["c"]?.message(7)?.messages(1))
        #expect(points.count == 2_001)
        let overflow = points.first { $0.attributes(7) == ["otel.metric.overflow": "true"] }
        #expect(overflow?.number(6) == 500)
        #expect(points.reduce(0) { $0 + ($1.number(6) ?? 0) } == 2_500)
        #expect(metrics["tele.client.overflow"] != nil && metrics["m1"] != nil && metrics["m2099"] == nil)
    }

    @Test(arguments: 0..<10) func exponentialBucketsHoldTheirValues(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var histogram = ExponentialHistogram(maxBuckets: 2 + random.below(160))
        var values: [Double] = []
        for _ in 0..<500 {
            let value = exp((Double(random.below(2_000)) - 1_000) / Double(1 + random.below(50)))
            values.append(random.chance(0.1) ? -value : random.chance(0.1) ? 0 : value)
            histogram.record(values[values.count - 1])
        }
        let finite = values.filter(\.isFinite)
        #expect(histogram.summary.count == UInt64(finite.count), "seed \(seed)")
        for (buckets, sign) in [(histogram.positive, 1.0), (histogram.negative, -1.0)] {
            let magnitudes = finite.filter { $0 * sign >= .leastNormalMagnitude }.map(\.magnitude)
            #expect(buckets.counts.reduce(0, +) == UInt64(magnitudes.count), "seed \(seed)")
            for (i, count) in buckets.counts.enumerated() {
                // Bounds from the definition, in logarithms to stay finite; a value at a bound may fall on either side.
                let width = pow(2, -Double(histogram.scale))
                let low = Double(buckets.offset + i) * width
                let inside = magnitudes.filter { log2($0) > low + 1e-9 && log2($0) < low + width - 1e-9 }.count
                let near = magnitudes.filter { log2($0) >= low - 1e-9 && log2($0) <= low + width + 1e-9 }.count
                #expect(inside <= count && count <= near, "seed \(seed) bucket \(i) scale \(histogram.scale)")
            }
        }
    }

    @Test func exponentialHistogramIsEncoded() async throws {
        let metrics = await collect({ $0.timerHistogram = .exponential(maxBuckets: 4) }) { factory in
            let timer = Timer(label: "t", dimensions: [("a", "b")], factory: factory)
            for seconds in [1, 2, 4, 8, 16, 0] { timer.recordSeconds(seconds) }
        }
        let point = try #require(metrics["t"]?.message(10)?.message(1))
        #expect(point.number(4) == 6 && point.number(7) == 1 && point.double(5) == 31)
        #expect(point.attributes(1) == ["a": "b"])
        // Scale -1: (1/4,1], (1,4], (4,16] from index -1, zigzag 1.
        #expect(point.number(6) == 1)
        #expect(point.message(8)?.number(1) == 1)
        #expect(point.message(8)?.all(2) == [[1, 2, 2]])
    }
}
