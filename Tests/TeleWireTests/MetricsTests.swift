import Foundation
import SwiftProtobuf
import TeleModel
import TeleTestKit
import TeleWire
import Testing

struct MetricsTests {
    private let options = DecodeOptions(now: 1)

    @Test(arguments: [
        ("http.server.duration", "s", PrometheusMapping.Kind.histogram, "http_server_duration_seconds"),
        ("requests", "1", .counter, "requests_total"), ("requests.total", "", .counter, "requests_total"),
        ("usage", "1", .gauge, "usage_ratio"), ("a..b--c", "", .gauge, "a_b_c"), ("1x", "", .gauge, "_1x"),
        ("net.io", "By/s", .gauge, "net_io_bytes_per_second"), ("q", "{items}", .gauge, "q"),
        ("memory.bytes", "By", .gauge, "memory_bytes"), ("disk", "{x}/m", .upDownCounter, "disk_per_minute"),
        ("odd", "foo bar", .gauge, "odd_foo_bar"), ("é", "", .gauge, ""), ("a:b", "%", .gauge, "a:b_percent"),
    ])
    func metricNames(name: String, unit: String, kind: PrometheusMapping.Kind, expected: String) {
        #expect(PrometheusMapping.metricName(name, unit: unit, kind: kind) == expected)
    }

    @Test(arguments: [
        ("http.route", "http_route"), ("1st", "key_1st"), ("_x", "key_x"), ("__meta__", "__meta__"), ("a__b", "a_b"),
        ("été", "key_t_"), ("é", ""), ("", ""),
    ])
    func labelNames(key: String, expected: String) { #expect(PrometheusMapping.labelName(key) == expected) }

    private func json(_ metrics: String) -> [UInt8] {
        let resource = """
            {"attributes":[{"key":"service.name","value":{"stringValue":"api"}},
            {"key":"service.namespace","value":{"stringValue":"shop"}},
            {"key":"service.instance.id","value":{"stringValue":"i1"}},
            {"key":"host.name","value":{"stringValue":"h"}}]}
            """
        return Array(
            """
            {"resourceMetrics":[{"resource":\(resource),"scopeMetrics":[{"scope":{"name":"s"},"metrics":[\(metrics)]}]}]}
            """.utf8)
    }

    /// `name{labels} value @ms`, in the order of the batch; job and instance left out.
    private func lines(_ batch: SampleBatch) -> [String] {
        func series(_ index: UInt32) -> String {
            let set = LabelSet(canonical: Array(batch.heap[batch.seriesLabels[Int(index)]]))
            #expect(set.fingerprint == batch.seriesHash[Int(index)])
            let labels = set.pairs.filter { !["__name__", "job", "instance"].contains($0.name) }
            return set["__name__", default: ""] + "{" + labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                + "}"
        }
        return batch.series.indices.map { i in
            let value = batch.value[i].bitPattern == SampleBatch.staleMarker.bitPattern ? "stale" : "\(batch.value[i])"
            return "\(series(batch.series[i])) \(value) @\(batch.time[i])"
        }
    }

    @Test func kinds() throws {
        let body = json(
            """
            {"name":"reqs","sum":{"isMonotonic":true,"aggregationTemporality":2,"dataPoints":[{"asInt":"7",
            "timeUnixNano":"5000000","startTimeUnixNano":"1000000","attributes":[{"key":"a.b","value":{"intValue":1}},
            {"key":"a_b","value":{"stringValue":"x"}}]},{"flags":1,"timeUnixNano":"6000000"},{}]}},
            {"name":"lat","unit":"s","histogram":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE",
            "dataPoints":[{"timeUnixNano":"7000000","count":"6","sum":2.5,"bucketCounts":["1","2",3],
            "explicitBounds":[0.5,10],"exemplars":[{"timeUnixNano":"1000000","asDouble":0.7,
            "traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708"}]}]}},
            {"name":"sum","summary":{"dataPoints":[{"timeUnixNano":"8000000","count":"2","sum":3,
            "quantileValues":[{"quantile":0.5,"value":1.5}]}]}}
            """)
        let decoded = try OTLP.decodeMetrics(json: body, options: options, state: MetricsState())
        #expect(decoded.rejected == 1)
        #expect(decoded.message == "data point: a data point has no value")
        #expect(
            lines(decoded.batch) == [
                "reqs_total{a_b=1;x} 7.0 @5", "reqs_total{} stale @6", "lat_seconds_bucket{le=0.5} 1.0 @7",
                "lat_seconds_bucket{le=10} 3.0 @7", "lat_seconds_bucket{le=+Inf} 6.0 @7", "lat_seconds_sum{} 2.5 @7",
                "lat_seconds_count{} 6.0 @7", "sum_sum{} 3.0 @8", "sum_count{} 2.0 @8", "sum{quantile=0.5} 1.5 @8",
                "target_info{host_name=h} 1.0 @8",
            ])
        let batch = decoded.batch
        #expect(batch.started[0] == 1)
        let labels = LabelSet(canonical: Array(batch.heap[batch.seriesLabels[0]]))
        #expect(labels["job"] == "shop/api")
        #expect(labels["instance"] == "i1")
        let exemplar = LabelSet(canonical: Array(batch.heap[batch.exemplarLabels[0]]))
        #expect(exemplar["trace_id"] == "0102030405060708090a0b0c0d0e0f10")
        #expect(batch.exemplarValue == [0.7])
        #expect(batch.seriesLabels[Int(batch.exemplarSeries[0])] == batch.seriesLabels[Int(batch.series[3])])
        #expect(batch.metadataName.map { batch.heap.string($0) } == ["reqs_total", "lat_seconds", "sum"])
    }

    @Test func exponentialHistograms() throws {
        let point = """
            {"timeUnixNano":"7000000","count":"6","sum":9,"scale":9,"zeroCount":"1",
            "positive":{"offset":-1,"bucketCounts":["1","1","1","0","2"]}}
            """
        let body = json(
            "{\"name\":\"e\",\"exponentialHistogram\":{\"aggregationTemporality\":2,\"dataPoints\":[\(point)]}}")
        let batch = try OTLP.decodeMetrics(json: body, options: options, state: MetricsState()).batch
        let decoded = NativeHistogram(encoded: batch.heap.bytes.span.extracting(batch.histogram[0].range))
        let histogram = try #require(decoded)
        // Indexes -1...3 at scale 9 fall into -1, 0, 0, 1, 1 at scale 8, which are Prometheus' 0, 1, 1, 2, 2.
        #expect(histogram.schema == 8)
        #expect(histogram.positiveRuns == [NativeHistogram.Run(offset: 0, length: 3)])
        #expect(histogram.positive == [1, 2, 2])
        #expect(histogram.zeroCount == 1)
        #expect(histogram.zeroThreshold == 1e-128)
        let refused = json(
            "{\"name\":\"e\",\"exponentialHistogram\":{\"aggregationTemporality\":2,\"dataPoints\":[{\"scale\":-5}]}}")
        #expect(try OTLP.decodeMetrics(json: refused, options: options, state: MetricsState()).rejected == 1)
    }

    @Test func deltasAddUp() throws {
        let state = MetricsState()
        func send(_ time: Int, _ value: Int, buckets: String = "[1,2]") throws -> Decoded<SampleBatch> {
            let body = json(
                """
                {"name":"d","sum":{"isMonotonic":true,"aggregationTemporality":1,"dataPoints":[
                {"asInt":\(value),"timeUnixNano":\(time)000000,"startTimeUnixNano":1000000}]}},
                {"name":"h","histogram":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":\(time)000000,
                "count":3,"sum":1.5,"bucketCounts":\(buckets),"explicitBounds":[1]}]}},
                {"name":"e","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{
                "timeUnixNano":\(time)000000,"count":2,"scale":\(time),"positive":{"offset":1,"bucketCounts":[1,1]}}]}}
                """)
            return try OTLP.decodeMetrics(json: body, options: options, state: state)
        }
        #expect(
            lines(try send(2, 5).batch).prefix(3) == [
                "d_total{} 5.0 @2", "h_bucket{le=1} 1.0 @2", "h_bucket{le=+Inf} 3.0 @2",
            ])
        let second = try send(3, 4)
        #expect(
            lines(second.batch).prefix(3) == [
                "d_total{} 9.0 @3", "h_bucket{le=1} 2.0 @3", "h_bucket{le=+Inf} 6.0 @3",
            ])
        #expect(second.batch.started[0] == 1)
        let total = NativeHistogram(
            encoded: second.batch.heap.bytes.span.extracting(second.batch.histogram[0].range))
        let histogram = try #require(total)
        #expect(histogram.schema == 2)
        #expect(histogram.count == 4)
        #expect(histogram.positive.reduce(0, +) == 4)
        // The same request again is not counted twice.
        #expect(try send(3, 4).rejected == 3)
        #expect(lines(try send(4, 1).batch).first == "d_total{} 10.0 @4")
        #expect(state.deltaSeriesCount == 3)
    }

    /// With a warm cache and with a cold one the same comes out.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func cacheChangesNothing(seed: UInt64) throws {
        let shared = MetricsState()
        var generator = OTLPGenerator(seed: seed)
        for round in 0..<3 {
            let request = generator.metrics()
            let withoutDeltas = try cumulative(request)
            let cold = try OTLP.decodeMetrics(protobuf: withoutDeltas, options: options, state: MetricsState())
            let warm = try OTLP.decodeMetrics(protobuf: withoutDeltas, options: options, state: shared)
            #expect(lines(cold.batch) == lines(warm.batch), "round \(round)")
            #expect(cold.rejected == warm.rejected)
            let points = request.resourceMetrics.flatMap { $0.scopeMetrics.flatMap(\.metrics) }
                .reduce(0) { $0 + pointCount($1) }
            #expect(cold.rejected <= points)
        }
    }

    private func pointCount(_ metric: Tele_Test_Metric) -> Int {
        metric.gauge.dataPoints.count + metric.sum.dataPoints.count + metric.histogram.dataPoints.count
            + metric.exponentialHistogram.dataPoints.count + metric.summary.dataPoints.count
    }

    private func cumulative(_ request: Tele_Test_MetricsRequest) throws -> [UInt8] {
        var request = request
        for i in request.resourceMetrics.indices {
            for j in request.resourceMetrics[i].scopeMetrics[0].metrics.indices {
                switch request.resourceMetrics[i].scopeMetrics[0].metrics[j].data {
                case .sum: request.resourceMetrics[i].scopeMetrics[0].metrics[j].sum.aggregationTemporality = 2
                case .histogram:
                    request.resourceMetrics[i].scopeMetrics[0].metrics[j].histogram.aggregationTemporality = 2
                case .exponentialHistogram:
                    request.resourceMetrics[i].scopeMetrics[0].metrics[j].exponentialHistogram
                        .aggregationTemporality = 2
                default: break
                }
            }
        }
        return [UInt8](try request.serializedData())
    }
}

extension LabelSet {
    fileprivate subscript(_ name: String, default missing: String) -> String { self[name] ?? missing }
}
