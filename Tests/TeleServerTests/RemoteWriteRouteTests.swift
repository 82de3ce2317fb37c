import TeleModel
import TeleServer
import TeleTestKit
import TeleWire
import Testing

/// Remote write over HTTP: what is bad costs itself only, is named, and is counted exactly.
@Suite struct RemoteWriteRouteTests {
    private static let one = [
        ("Content-Type", "application/x-protobuf"), ("Content-Encoding", "snappy"),
        ("X-Prometheus-Remote-Write-Version", "0.1.0"),
    ]
    private static let two = [
        ("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request"), ("Content-Encoding", "snappy"),
        ("X-Prometheus-Remote-Write-Version", "2.0.0"),
    ]

    /// One literal.
    private static func snappy(_ bytes: [UInt8]) -> [UInt8] {
        var out = ProtobufWriter()
        out.raw(varint: UInt64(bytes.count))
        guard !bytes.isEmpty else { return out.bytes }
        out.bytes.append(62 << 2)
        for shift in [0, 8, 16] { out.bytes.append(UInt8(truncatingIfNeeded: (bytes.count - 1) >> shift)) }
        return out.bytes + bytes
    }

    private static func series(_ labels: [(String, [UInt8])], value: Double = 1, time: Int64 = 1000) -> [UInt8] {
        var out = ProtobufWriter()
        for (name, text) in labels {
            var label = ProtobufWriter()
            label.bytes(1, Array(name.utf8))
            label.bytes(2, text)
            out.bytes(1, label.bytes)
        }
        var sample = ProtobufWriter()
        sample.double(1, value)
        sample.int64(2, time)
        out.bytes(2, sample.bytes)
        return out.bytes
    }

    private static func request(_ series: [[UInt8]]) -> [UInt8] {
        var out = ProtobufWriter()
        for one in series { out.bytes(1, one) }
        return snappy(out.bytes)
    }

    private static let good = series([("__name__", Array("good".utf8))])

    private func with(_ body: @escaping @Sendable (RunningServer) async throws -> Void) async throws {
        var configuration = Configuration.forTests
        configuration.memory = 1 << 30
        try await RunningServer.with(configuration, routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            try await body(running)
        }
    }

    private struct Bad: Sendable {
        var series: [UInt8]
        var message: String
    }

    /// Each beside a good series, which stays.
    @Test func badSeriesCostThemselvesOnly() async throws {
        let a = ("__name__", Array("a".utf8))
        let cases: [Bad] = [
            Bad(series: Self.series([a, ("x", [0x31]), ("x", [0x32])]), message: "label \"x\" is there twice"),
            Bad(series: Self.series([("x", [0x31])]), message: "a series has no metric name"),
            Bad(series: Self.series([a, ("", [0x31])]), message: "a label has no name"),
            Bad(series: Self.series([a, ("x", [0xff, 0xfe])]), message: "label \"x\" is not valid UTF-8"),
            Bad(
                series: Self.series([a, ("big", [UInt8](repeating: 0x61, count: 1 << 20))]),
                message: "label \"big\" has 1048576 bytes"),
            Bad(series: Self.series([a] + (0..<2000).map { ("l\($0)", [0x31]) }), message: "too many labels"),
            Bad(series: Self.series([a], time: .max), message: "time is outside"),
            Bad(series: Self.series([a], time: .min), message: "time is outside"),
            Bad(series: Self.series([a], time: 99_000_000_000_000), message: "time is outside"),
        ]
        try await with { running in
            for bad in cases {
                let body = Self.request([Self.good, bad.series, Self.good])
                let answer = try await running.send("POST", "/api/v1/write", Self.one, body: body)
                #expect(answer.status == 400 && answer.text.contains(bad.message), "\(answer.text)")
                #expect(answer.headers["x-prometheus-remote-write-samples-written"] == "2", "\(bad.message)")
            }
            let found = try await running.get("/api/v1/query?query=good%5B1h%5D&time=10").text
            #expect(found.contains(#""values":[[1,"1"]]"#), "\(found)")
            #expect(running.server.metrics.ingest(.metrics).rejected.value == cases.count)
            #expect(running.server.metrics.entrance(.metrics, .remoteWrite).records.value == 2 * cases.count)
        }
    }

    /// Labels in any order, samples in any order, NaNs with and without a payload.
    @Test func whatIsUnusualButGood() async throws {
        let reversed = (0..<500).reversed().map { ("l\(1000 + $0)", [UInt8(0x31)]) } + [("__name__", Array("a".utf8))]
        let sorted = [("__name__", Array("a".utf8))] + (0..<500).map { ("l\(1000 + $0)", [UInt8(0x31)]) }
        let nan = Double(bitPattern: 0x7ff0_0000_0000_beef)
        let name = [("__name__", Array("n".utf8))]
        let body = Self.request([
            Self.series(reversed, value: 2, time: 2000), Self.series(sorted, value: 1, time: 1000),
            Self.series(name, value: nan, time: 1000), Self.series(name, value: .infinity, time: 2000),
            Self.series(name, value: SampleBatch.staleMarker, time: 3000),
        ])
        try await with { running in
            let answer = try await running.send("POST", "/prometheus/api/v1/write", Self.one, body: body)
            #expect(answer.status == 204, "\(answer.text)")
            #expect(answer.headers["x-prometheus-remote-write-samples-written"] == "5")
            let a = try await running.get("/api/v1/query?query=a%5B1h%5D&time=10").text
            #expect(a.contains(#""values":[[1,"1"],[2,"2"]]"#), "\(a)")
            let n = try await running.get("/api/v1/query?query=n%5B1h%5D&time=10").text
            #expect(n.contains(#""values":[[1,"NaN"],[2,"+Inf"]]"#), "\(n)")
            #expect(try await running.get("/api/v1/query?query=n&time=4").text.contains(#""result":[]"#))
        }
    }

    @Test func versionTwoSaysWhatItStored() async throws {
        var series = ProtobufWriter()
        series.packed(1, uint64: [1, 2, 3, 4])
        var sample = ProtobufWriter()
        sample.double(1, 7)
        sample.int64(2, 5000)
        series.bytes(2, sample.bytes)
        var exemplar = ProtobufWriter()
        exemplar.packed(1, uint64: [3, 4])
        exemplar.double(2, 0.5)
        exemplar.int64(3, 4500)
        series.bytes(4, exemplar.bytes)
        series.int64(6, 4000)
        var request = ProtobufWriter()
        for symbol in ["", "__name__", "hits_total", "job", "é"] { request.bytes(4, Array(symbol.utf8)) }
        request.bytes(5, series.bytes)
        let body = Self.snappy(request.bytes)
        try await with { running in
            let answer = try await running.send("POST", "/api/v1/write", Self.two, body: body)
            #expect(answer.status == 204, "\(answer.text)")
            #expect(answer.headers["x-prometheus-remote-write-samples-written"] == "1")
            #expect(answer.headers["x-prometheus-remote-write-histograms-written"] == "0")
            #expect(answer.headers["x-prometheus-remote-write-exemplars-written"] == "1")
            let found = try await running.get("/api/v1/query?query=hits_total&time=6").text
            #expect(found.contains(#""job":"é"},"value":[6,"7"]"#), "\(found)")
        }
    }

    /// Requests that are refused as a whole: nothing is stored, and an answer to 2.0 says so.
    @Test func requestsThatAreNone() async throws {
        let good = Self.request([Self.good])
        let bomb = [UInt8]([0xff, 0xff, 0xff, 0xff, 0x0f]) + [UInt8](repeating: 0xfe, count: 100_000)
        let cases: [([(String, String)], [UInt8], Int)] = [
            ([("Content-Type", "text/plain")], good, 415),
            ([("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v9.Request")], good, 415),
            ([("Content-Type", "application/x-protobuf"), ("Content-Encoding", "gzip")], good, 415),
            (Self.one, bomb, 413), (Self.one, [], 400), (Self.one, Array(good.dropLast(3)), 400),
            (Self.one, Self.snappy([0x0a, 0x7f]), 400), (Self.one, Array("not snappy".utf8), 400),
            (Self.two, Self.snappy([0x22, 1, 0x61]), 400),
        ]
        try await with { running in
            for (headers, body, status) in cases {
                let answer = try await running.send("POST", "/api/v1/write", headers, body: body)
                #expect(answer.status == status, "\(headers) \(answer.text)")
                #expect(answer.headers["x-prometheus-remote-write-samples-written"] == "0")
                #expect(!answer.text.isEmpty)
            }
            #expect(running.server.metrics.ingest(.metrics).records.value == 0)
            #expect(try await running.get("/api/v1/write").status == 405)
        }
    }
}
