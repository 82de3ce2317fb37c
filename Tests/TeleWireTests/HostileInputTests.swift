import Foundation
import SwiftProtobuf
import TeleModel
import TeleTestKit
import TeleWire
import Testing

/// Bytes that nobody should send: none of them may trap, and what is good beside them is kept.
struct HostileInputTests {
    private let options = DecodeOptions(now: 1)

    private func decodeAll(_ bytes: [UInt8], _ state: MetricsState) {
        _ = try? OTLP.decodeLogs(protobuf: bytes, options: options)
        _ = try? OTLP.decodeTraces(protobuf: bytes, options: options)
        _ = try? OTLP.decodeMetrics(protobuf: bytes, options: options, state: state)
        _ = try? OTLP.decodeLogs(json: bytes, options: options)
        _ = try? OTLP.decodeTraces(json: bytes, options: options)
        _ = try? OTLP.decodeMetrics(json: bytes, options: options, state: state)
    }

    /// Requests of all three signals, in protobuf and JSON.
    private func corpus(seed: UInt64) throws -> [[UInt8]] {
        var generator = OTLPGenerator(seed: seed)
        let (logs, traces, metrics) = (generator.logs(), generator.traces(), generator.metrics())
        return [
            [UInt8](try logs.serializedData()), [UInt8](try traces.serializedData()),
            [UInt8](try metrics.serializedData()), try logs.jsonUTF8Bytes(), try traces.jsonUTF8Bytes(),
            try metrics.jsonUTF8Bytes(),
        ]
    }

    @Test func truncationAtEveryByte() throws {
        let state = MetricsState()
        for bytes in try corpus(seed: 5) {
            for end in 0..<min(bytes.count, 1_500) { decodeAll(Array(bytes[..<end]), state) }
        }
    }

    /// Runs for `TELE_FUZZ_SECONDS` (default: a second) from a seed that it prints when it fails to come back.
    @Test func mutations() throws {
        let seconds = ProcessInfo.processInfo.environment["TELE_FUZZ_SECONDS"].flatMap(Double.init) ?? 1
        let end = ContinuousClock.now + .seconds(seconds)
        let state = MetricsState()
        var seed = ProcessInfo.processInfo.environment["TELE_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
        while ContinuousClock.now < end {
            if seconds > 1 { print("fuzz seed \(seed)") }
            var generator = OTLPGenerator(seed: seed)
            for bytes in try corpus(seed: seed) {
                for _ in 0..<20 { decodeAll(generator.mutate(bytes), state) }
            }
            seed += 1
        }
    }

    /// `[[[...` as attribute, body and unknown field, 10,000 deep, in both encodings; groups too.
    @Test func deepNesting() throws {
        let depth = 10_000
        var value: [UInt8] = []
        for _ in 0..<depth {
            var outer = ProtobufWriter()
            outer.message(5) { (list: inout ProtobufWriter) in list.bytes(1, value) }
            value = outer.bytes
            if value.count > 400_000 { break }
        }
        var writer = ProtobufWriter()
        writer.message(1) { (group: inout ProtobufWriter) in
            group.message(2) { (scope: inout ProtobufWriter) in
                scope.message(2) { (record: inout ProtobufWriter) in record.bytes(5, value) }
                scope.message(2) { (record: inout ProtobufWriter) in record.fixed64(1, 5) }
            }
        }
        let decoded = try OTLP.decodeLogs(protobuf: writer.bytes, options: options)
        #expect(decoded.rejected == 1)
        #expect(decoded.batch.count == 1)
        #expect(decoded.message.contains("valueDepth"))

        let open = String(repeating: "{\"arrayValue\":{\"values\":[", count: 300)
        let close = String(repeating: "]}}", count: 300)
        let record = "{\"body\":\(open)\(close)},{\"timeUnixNano\":\"5\"}"
        let json = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[\(record)]}]}]}"
        let fromJSON = try OTLP.decodeLogs(json: Array(json.utf8), options: options)
        #expect(fromJSON.rejected == 1)
        #expect(fromJSON.batch.count == 1)

        let unknown = "{\"x\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        #expect(throws: WireError.self) { try OTLP.decodeLogs(json: Array(unknown.utf8), options: options) }
        let groups = [UInt8](repeating: 0x1b, count: depth)
        #expect(throws: WireError.self) { try OTLP.decodeTraces(protobuf: groups, options: options) }
    }

    @Test func millionAttributes() throws {
        var writer = ProtobufWriter()
        writer.message(1) { (group: inout ProtobufWriter) in
            group.message(2) { (scope: inout ProtobufWriter) in
                scope.message(2) { (record: inout ProtobufWriter) in
                    for _ in 0..<1_000_000 { record.bytes(6, []) }
                }
                scope.message(2) { (record: inout ProtobufWriter) in record.fixed64(1, 5) }
            }
        }
        let decoded = try OTLP.decodeLogs(protobuf: writer.bytes, options: options)
        #expect(decoded.rejected == 1)
        #expect(decoded.batch.count == 1)
        #expect(decoded.batch.attributes.entryCount == 0)
    }

    @Test func badRecordsAreCountedAndNeighboursKept() throws {
        func span(_ change: (inout Tele_Test_Span) -> Void) -> Tele_Test_Span {
            var span = Tele_Test_Span()
            span.traceID = Data(repeating: 1, count: 16)
            span.spanID = Data(repeating: 2, count: 8)
            span.name = "good"
            span.startTimeUnixNano = 100
            var event = Tele_Test_SpanEvent()
            event.name = "event"
            span.events = [event]
            change(&span)
            return span
        }
        var inner = Tele_Test_ScopeSpans()
        inner.spans = [
            span { _ in }, span { $0.traceID = Data() }, span { $0.traceID = Data(count: 16) },
            span { $0.traceID = Data(count: 15) }, span { $0.spanID = Data(count: 8) },
            span { $0.spanID = Data([1]) }, span { $0.parentSpanID = Data([1]) }, span { $0.startTimeUnixNano = 9 },
            span { $0.startTimeUnixNano = 2_000 }, span { _ in },
        ]
        var group = Tele_Test_ResourceSpans()
        group.scopeSpans = [inner]
        var request = Tele_Test_TracesRequest()
        request.resourceSpans = [group]
        var options = options
        (options.oldest, options.newest) = (10, 1_000)
        let decoded = try OTLP.decodeTraces(protobuf: [UInt8](request.serializedData()), options: options)
        #expect(decoded.rejected == 8)
        #expect(decoded.batch.count == 2)
        #expect(decoded.batch.events.count == 2)
        #expect(decoded.batch.events.rows(of: 1) == 1..<2)
        #expect(decoded.message == "span: trace_id is not 16 bytes")
    }

    /// Invalid UTF-8 costs its record; in a resource all of its records.
    @Test func invalidText() throws {
        func request(resource: [UInt8], second: [UInt8]) -> [UInt8] {
            var writer = ProtobufWriter()
            for name in [resource, Array("fine".utf8)] {
                writer.message(1) { (group: inout ProtobufWriter) in
                    group.message(1) { (resource: inout ProtobufWriter) in
                        resource.message(1) { (pair: inout ProtobufWriter) in
                            pair.string(1, "service.name")
                            pair.message(2) { (value: inout ProtobufWriter) in value.bytes(1, name) }
                        }
                    }
                    group.message(2) { (scope: inout ProtobufWriter) in
                        scope.message(2) { (record: inout ProtobufWriter) in record.fixed64(1, 5) }
                        scope.message(2) { (record: inout ProtobufWriter) in record.bytes(3, second) }
                    }
                }
            }
            return writer.bytes
        }
        let badRecord = try OTLP.decodeLogs(
            protobuf: request(resource: [0x61], second: [0xff]), options: options)
        #expect(badRecord.rejected == 2)
        #expect(badRecord.batch.count == 2)
        let badResource = try OTLP.decodeLogs(
            protobuf: request(resource: [0xc0, 0x80], second: [0x61]), options: options)
        #expect(badResource.rejected == 2)
        #expect(badResource.batch.count == 2)
        #expect(badResource.batch.core.resources.count == 1)
        #expect(badResource.batch.core.serviceName(resource: 0) == "fine")
        let surrogate = #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityText":"\ud800"},{}]}]}]}"#
        let fromJSON = try OTLP.decodeLogs(json: Array(surrogate.utf8), options: options)
        #expect(fromJSON.rejected == 1)
        #expect(fromJSON.batch.count == 1)
        #expect(fromJSON.batch.observed == [1])
    }

    /// A key that is no UTF-8 in the first event, then events that look like it: the guess of keys must not trap.
    @Test func invalidKeyBeforeAnyOther() throws {
        var writer = ProtobufWriter()
        writer.message(1) { (group: inout ProtobufWriter) in
            group.message(2) { (scope: inout ProtobufWriter) in
                for key in [[UInt8](repeating: 0xff, count: 3), Array("key".utf8)] {
                    scope.message(2) { (span: inout ProtobufWriter) in
                        span.id(1, high: 1, low: 1)
                        span.id(2, 1)
                        for _ in 0..<3 {
                            span.message(11) { (event: inout ProtobufWriter) in
                                event.message(3) { (pair: inout ProtobufWriter) in pair.bytes(1, key) }
                            }
                        }
                    }
                }
            }
        }
        let decoded = try OTLP.decodeTraces(protobuf: writer.bytes, options: options)
        #expect(decoded.rejected == 1)
        #expect(decoded.batch.count == 1)
        #expect(decoded.batch.events.count == 3)
        #expect(decoded.batch.events.attributes.ownerCount == 3)
    }

    @Test(arguments: [
        "{", "[]", "{\"resourceLogs\":{}}", "{\"resourceLogs\":[{]}", "{} x", "{\"a\":01}",
        "{\"resourceLogs\":[{\"schemaUrl\":\"\\x\"}]}", "",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"18446744073709551616\"}]}]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"flags\":1e400}]}]}]}",
    ])
    func malformedJSON(text: String) {
        #expect(throws: WireError.self) {
            _ = try OTLP.decodeLogs(json: Array(text.utf8), options: options)
        }
    }

    @Test func errorsNameFieldAndByte() throws {
        let error = try #require(throws: WireError.self) {
            try OTLP.decodeLogs(protobuf: [0x0a, 0x04, 0x12, 0x02, 0x12, 0x7f], options: options)
        }
        #expect(error.kind == .malformed)
        #expect("\(error)" == "resource_logs.scope_logs: a length runs past the end at byte 5")
    }
}
