import Foundation
import Testing

@testable import telectl

struct BreakerRowTests {
    @Test func metricsBecomeRows() throws {
        func series(_ name: String, _ more: String, _ value: String) -> String {
            #"{"metric":{"__name__":"\#(name)","job":"shop","instance":"i","breaker_name":"cards"\#(more)},"value":[1,"\#(value)"]}"#
        }
        let text =
            #"{"status":"success","data":{"resultType":"vector","result":["#
            + [
                series("circuit_breaker_state", "", "2"),
                series("circuit_breaker_transitions_total", #","breaker_state":"open""#, "3"),
                series("circuit_breaker_transitions_total", #","breaker_state":"closed""#, "2"),
                series("circuit_breaker_calls_total", #","breaker_outcome":"success""#, "40"),
                series("circuit_breaker_calls_total", #","breaker_outcome":"failure""#, "9"),
                series("circuit_breaker_calls_total", #","breaker_outcome":"rejected""#, "7"),
                series("circuit_breaker_retries_total", "", "5"),
                series("circuit_breaker_deadline_exceeded_total", "", "1"),
                #"{"metric":{"__name__":"circuit_breaker_state","job":"a","breaker_name":"x"},"value":[1,"0"]}"#,
                #"{"metric":{"__name__":"circuit_breaker_state","job":"a"},"value":[1,"0"]}"#,
            ].joined(separator: ",") + "]}}"
        let rows = BreakerRow.rows(try JSONDecoder().decode(PrometheusAnswer.self, from: Data(text.utf8)).rows)
        #expect(rows.map(\.name) == ["cards", "x"])
        #expect(
            rows[0]
                == BreakerRow(
                    service: "shop", instance: "i", name: "cards", state: 2, opened: 3, succeeded: 40, failed: 9,
                    rejected: 7, retries: 5, late: 1))
        #expect(rows[0].stateText == "open" && rows[1].stateText == "closed")
    }
}
