import HTTPTypes
import TeleCodec
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

/// Answers that are written while they are sent.
@Suite struct LongAnswerTests {
    /// `series` series of `samples` samples a second from 1000 s on.
    private static func engine(series: Int, samples: Int) -> MemoryEngine {
        let engine = MemoryEngine()
        let times = (0..<samples).map { 1_000_000 + Int64($0) * 1000 }
        for i in 0..<series {
            engine.append(
                LabelSet([("__name__", "a"), ("i", "\(100 + i)")]), times: times,
                values: (0..<samples).map { Double(i) + Double($0) / 4 })
        }
        return engine
    }

    /// What the same answer is, put together without steps.
    private static func expected(series: Int, samples: Int) -> String {
        let rows = (0..<series).map { i -> String in
            let points = (0..<samples).map { step in
                let value = Double(i) + Double(step) / 4
                return "[\(1000 + step),\"\(value == value.rounded() ? "\(Int(value))" : "\(value)")\"]"
            }
            return #"{"metric":{"__name__":"a","i":"\#(100 + i)"},"values":["# + points.joined(separator: ",") + "]}"
        }
        return #"{"status":"success","data":{"resultType":"matrix","result":["# + rows.joined(separator: ",") + "]}}"
    }

    /// Where a long answer begins to be another one.
    private static func difference(_ answer: [UInt8], _ expected: String) -> String? {
        let expected = Array(expected.utf8)
        if answer == expected { return nil }
        let at = zip(answer, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? min(answer.count, expected.count)
        let around = max(0, at - 30)..<at + 30
        let texts = [answer, expected].map { String(decoding: $0[around.clamped(to: 0..<$0.count)], as: UTF8.self) }
        return "at byte \(at) of \(answer.count) and \(expected.count): \(texts[0]) is not \(texts[1])"
    }

    @Test func aRangeIsSentInPieces() async throws {
        let (series, samples) = (60, 1500)
        let path = "/api/v1/query_range?query=a&start=1000&end=\(1000 + samples - 1)&step=1"
        let expected = LongAnswerTests.expected(series: series, samples: samples)
        #expect(expected.utf8.count > 1 << 20)
        let engine = LongAnswerTests.engine(series: series, samples: samples)
        try await RunningServer.with(engine: engine, routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            let plain = try await running.get(path)
            #expect(plain.headers["content-length"] == nil)
            #expect(plain.headers["transfer-encoding"] == "chunked")
            #expect(LongAnswerTests.difference(plain.body, expected) == nil)
            let packed = try await running.get(path, [("Accept-Encoding", "gzip")])
            #expect(packed.headers["content-encoding"] == "gzip")
            #expect(packed.body.count < expected.utf8.count / 2)
            let unpacked = try Gzip.decompress(packed.body.span, limit: 64 << 20)
            #expect(LongAnswerTests.difference(unpacked, expected) == nil)
            let head = try await running.send("HEAD", path)
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.headers["content-length"] == "\(expected.utf8.count)")
            let short = try await running.get("/api/v1/query?query=1")
            #expect(short.headers["content-length"] == "\(short.body.count)")
        }
    }

    /// The first piece is all that is held of an answer before somebody takes it.
    @Test func piecesAreMadeWhenTheyAreTaken() throws {
        let engine = LongAnswerTests.engine(series: 60, samples: 1500)
        var request = APIRequest(method: .get, path: "/api/v1/query")
        request.parameters = [("query", "a[1h]"), ("time", "4000")]
        let context = APIContext(engine: engine) { QueryBudget() }
        let route = try #require(PrometheusRoutes.all.first { $0.template == "/api/v1/query" })
        let response = route.handle(request, context)
        #expect(response.body.count < 400 << 10)
        let rest = try #require(response.rest)
        let second = try #require(rest.next())
        #expect(second.count < 400 << 10 && second.count > 100 << 10)
        let whole = response.body + second + response.restOfBody
        let expected = LongAnswerTests.expected(series: 60, samples: 1500)
        #expect(LongAnswerTests.difference(whole, expected) == nil)
    }
}

extension APIResponse {
    fileprivate var restOfBody: [UInt8] {
        var out: [UInt8] = []
        while let piece = rest?.next() { out.append(contentsOf: piece) }
        return out
    }
}
