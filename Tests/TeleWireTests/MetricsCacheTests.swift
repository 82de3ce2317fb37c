import SwiftProtobuf
import TeleModel
import TeleTestKit
import TeleWire
import Testing

/// What a warm cache makes of requests is what a fresh decoder makes of them: the fast path against the plain one.
struct MetricsCacheTests {
    private typealias Request = Tele_Test_MetricsRequest

    private func attribute(_ key: String, _ value: String) -> Tele_Test_KeyValue {
        var pair = Tele_Test_KeyValue()
        pair.key = key
        pair.value.stringValue = value
        return pair
    }

    /// A request of a few resources, metrics and points out of a small world, in any order, with repetitions.
    private func request(_ random: inout SeededGenerator, time: UInt64) -> Request {
        var request = Request()
        for _ in 0..<1 + random.below(3) {
            var group = Tele_Test_ResourceMetrics()
            group.resource.attributes = [attribute("service.name", "s\(random.below(3))")]
            if random.chance(0.5) { group.resource.attributes.append(attribute("host", "h")) }
            var scope = Tele_Test_ScopeMetrics()
            for _ in 0..<1 + random.below(4) {
                var metric = Tele_Test_Metric()
                metric.name = "m\(random.below(4))"
                metric.unit = random.chance(0.3) ? "s" : ""
                let isHistogram = random.chance(0.3)
                let first = random.below(6)
                for i in 0..<1 + random.below(6) {
                    // In order mostly, as clients send, and now and then not.
                    let number = random.chance(0.8) ? first + i : random.below(12)
                    var attributes = [attribute("route", "/\(number)"), attribute("code", "200")]
                    if random.chance(0.1) { attributes.reverse() }
                    if random.chance(0.1) { attributes.removeLast() }
                    if isHistogram {
                        var point = Tele_Test_HistogramPoint()
                        point.timeUnixNano = time
                        point.attributes = attributes
                        point.explicitBounds = random.chance(0.8) ? [1, 5] : [1, 6]
                        point.bucketCounts = [1, 2, UInt64(random.below(9))]
                        point.count = point.bucketCounts.reduce(0, +)
                        point.sum = 3
                        metric.histogram.dataPoints.append(point)
                    } else {
                        var point = Tele_Test_NumberPoint()
                        point.timeUnixNano = time + UInt64(i) * 1_000_000
                        point.attributes = attributes
                        point.asDouble = Double(random.below(100))
                        metric.sum.dataPoints.append(point)
                    }
                }
                if isHistogram {
                    metric.histogram.aggregationTemporality = 2
                } else {
                    metric.sum.aggregationTemporality = 2
                    metric.sum.isMonotonic = true
                }
                scope.metrics.append(metric)
            }
            group.scopeMetrics = [scope]
            request.resourceMetrics.append(group)
        }
        return request
    }

    private func lines(_ batch: SampleBatch) -> [String] {
        batch.series.indices.map { i in
            let labels = batch.seriesLabels[Int(batch.series[i])]
            return "\(LabelSet(canonical: Array(batch.heap[labels])).pairs) \(batch.seriesHash[Int(batch.series[i])]) "
                + "\(batch.time[i]) \(batch.value[i]) \(batch.started[i])"
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func warmAsFresh(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let warm = MetricsState()
        let options = DecodeOptions(now: 1_000_000_000_000)
        for round in 1..<25 as Range<UInt64> {
            let body: [UInt8] = try request(&random, time: round * 10_000_000_000).serializedBytes()
            let a = try OTLP.decodeMetrics(protobuf: body, options: options, state: warm)
            let b = try OTLP.decodeMetrics(protobuf: body, options: options, state: MetricsState())
            #expect(lines(a.batch) == lines(b.batch), "seed \(seed), round \(round)")
            #expect(a.batch.count > 0 && a.rejected == b.rejected, "seed \(seed), round \(round)")
        }
    }
}
