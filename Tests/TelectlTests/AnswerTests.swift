import Foundation
import TeleTerm
import Testing

@testable import telectl

struct AnswerTests {
    private func decode<Value: Decodable>(_ text: String, _ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test func logEntries() throws {
        let answer = try decode(
            """
            {"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":[
              {"stream":{"service_name":"a"},"values":[
                ["18446744073709551615","line",{"structuredMetadata":{"severity_number":"17","trace_id":"ab"}}],
                ["5","second",{}],["6","third"]]}],"stats":{}}}
            """, LokiAnswer.self)
        #expect(answer.entries.map(\.line) == ["line", "second", "third"])
        let first = try #require(answer.entries.first)
        #expect(first.time == .max && first.level == .error && first.traceID == "ab" && first.service == "a")
    }

    @Test func everyResultTypeOfPrometheus() throws {
        let vector = try decode(
            """
            {"status":"success","warnings":["w"],"data":{"resultType":"vector","result":[
              {"metric":{"__name__":"up","job":"a\\"b"},"value":[1.5,"NaN"]},
              {"metric":{},"histogram":[2,{"count":"4","sum":"3","buckets":[]}]}]}}
            """, PrometheusAnswer.self)
        #expect(vector.rows.map(\.name) == ["up{job=\"a\\\"b\"}", "{}"])
        #expect(vector.rows[0].points[0].value == "NaN" && vector.rows[1].points[0].value == "count 4 sum 3")
        #expect(vector.warnings == ["w"])
        let matrix = try decode(
            #"{"data":{"resultType":"matrix","result":[{"metric":{"__name__":"x"},"values":[[1,"1"],[2,"2"]]}]}}"#,
            PrometheusAnswer.self)
        #expect(matrix.rows[0].name == "x" && matrix.rows[0].points.map(\.time) == [1, 2])
        let scalar = try decode(#"{"data":{"resultType":"scalar","result":[1,"2"]}}"#, PrometheusAnswer.self)
        #expect(scalar.rows[0].points[0].value == "2")
    }

    @Test func histogramsBecomeHeat() throws {
        let native = try decode(
            """
            {"data":{"resultType":"matrix","result":[{"metric":{},"histograms":[
              [5,{"count":"4","sum":"3","buckets":[[0,"0.5","1","3"],[0,"1","+Inf","1"]]}]]}]}}
            """, PrometheusAnswer.self)
        #expect(QueryCommand.heat(native.rows).map(\.count) == [3, 1])
        func classic(_ more: String) throws -> [HeatMap.Cell] {
            QueryCommand.heat(
                try decode(
                    """
                    {"data":{"resultType":"matrix","result":[
                      {"metric":{"le":"0.1"},"values":[[1,"2"],[2,"NaN"]]},{"metric":{"le":"+Inf"\(more)},"values":[[1,"5"]]}]}}
                    """, PrometheusAnswer.self
                ).rows)
        }
        #expect(try classic("").map(\.count) == [2, 3])
        #expect(try classic(#","job":"a""#).isEmpty, "buckets of two histograms are lines")
    }

    @Test func whatIsNoAnswerIsRefused() {
        for text in ["{}", "[]", #"{"data":{"resultType":"streams","result":[{"stream":{},"values":[[1]]}]}}"#] {
            #expect(throws: (any Error).self) { try decode(text, LokiAnswer.self) }
            #expect(throws: (any Error).self) { try decode(text, PrometheusAnswer.self) }
        }
    }
}
