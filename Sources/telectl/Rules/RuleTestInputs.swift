import Foundation
import TeleAlert

/// The lines and spans of a test as requests that any client could send.
enum RuleTestInputs {
    /// Records of one request.
    private static let most = 10_000

    /// Loki pushes.
    static func pushes(of lines: [RuleTest.Lines]) throws -> [[UInt8]] {
        try lines.flatMap { one in
            let labels = dictionary(one.labels)
            let attributes = dictionary(one.attributes)
            return try parts(one.times.all).map { times in
                let values = times.map { [nanoseconds($0), one.text, attributes] as [Any] }
                return try json(["streams": [["stream": labels, "values": values] as [String: Any]]])
            }
        }
    }

    /// OTLP exports. Each span is a trace of its own.
    static func exports(of spans: [RuleTest.Spans]) throws -> [[UInt8]] {
        var number: UInt64 = 0
        var out: [[UInt8]] = []
        for one in spans {
            let resource = [attribute("service.name", one.service)] + one.resource.map { attribute($0.name, $0.value) }
            for times in parts(one.times.all) {
                let records = times.map { time -> [String: Any] in
                    number += 1
                    return [
                        "traceId": hex(number, digits: 32), "spanId": hex(number, digits: 16), "name": one.name,
                        "kind":
                            (["internal", "server", "client", "producer", "consumer"].firstIndex(of: one.kind) ?? 0)
                            + 1,
                        "startTimeUnixNano": nanoseconds(time), "endTimeUnixNano": nanoseconds(time + one.duration),
                        "attributes": one.attributes.map { attribute($0.name, $0.value) },
                        "status": ["code": ["unset", "ok", "error"].firstIndex(of: one.status) ?? 0],
                    ]
                }
                let scope: [String: Any] = ["spans": records]
                let group: [String: Any] = ["resource": ["attributes": resource], "scopeSpans": [scope]]
                out.append(try json(["resourceSpans": [group]]))
            }
        }
        return out
    }

    private static func parts(_ times: [Int64]) -> [ArraySlice<Int64>] {
        stride(from: 0, to: times.count, by: most).map { times[$0..<min($0 + most, times.count)] }
    }

    /// A time of 0 means none: the first nanosecond stands for it.
    private static func nanoseconds(_ milliseconds: Int64) -> String {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        return "\(overflow ? .max : max(1, product))"
    }

    /// What looks like a number or a truth value is one.
    private static func attribute(_ name: String, _ text: String) -> [String: Any] {
        let value: [String: Any] =
            if let whole = Int64(text) {
                ["intValue": "\(whole)"]
            } else if let number = Double(text), number.isFinite {
                ["doubleValue": number]
            } else if text == "true" || text == "false" {
                ["boolValue": text == "true"]
            } else {
                ["stringValue": text]
            }
        return ["key": name, "value": value]
    }

    private static func dictionary(_ pairs: [(name: String, value: String)]) -> [String: String] {
        Dictionary(pairs.map { ($0.name, $0.value) }) { _, last in last }
    }

    private static func hex(_ number: UInt64, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private static func json(_ value: [String: Any]) throws -> [UInt8] {
        Array(try JSONSerialization.data(withJSONObject: value))
    }
}
