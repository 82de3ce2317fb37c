import Foundation
import SwiftProtobuf
import TeleModel
import TeleTestKit
import TeleWire
import Testing

/// Our decoders against swift-protobuf's. A failure names the seed that repeats it.
struct DifferentialTests {
    private let options = DecodeOptions(now: Rows.now)

    @Test(arguments: 0..<150 as Range<UInt64>)
    func logs(seed: UInt64) throws {
        var generator = OTLPGenerator(seed: seed)
        let request = generator.logs()
        let decoded = try OTLP.decodeLogs(protobuf: [UInt8](request.serializedData()), options: options)
        #expect(decoded.rejected == 0, "\(decoded.message)")
        let again = try Tele_Test_LogsRequest(serializedBytes: OTLP.encodeLogs(protobuf: decoded.batch))
        #expect(Rows.of(again) == Rows.of(request))
    }

    @Test(arguments: 0..<150 as Range<UInt64>)
    func traces(seed: UInt64) throws {
        var generator = OTLPGenerator(seed: seed)
        let request = generator.traces()
        let decoded = try OTLP.decodeTraces(protobuf: [UInt8](request.serializedData()), options: options)
        #expect(decoded.rejected == 0, "\(decoded.message)")
        let again = try Tele_Test_TracesRequest(serializedBytes: OTLP.encodeTraces(protobuf: decoded.batch))
        #expect(Rows.of(again) == Rows.of(request))
    }

    /// What swift-protobuf reads of damaged bytes, we read too, and the same. What it refuses we may read in part.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func mutatedLogs(seed: UInt64) throws {
        var generator = OTLPGenerator(seed: seed ^ 0xabc)
        let whole = [UInt8](try generator.logs().serializedData())
        for round in 0..<40 {
            let bytes = generator.mutate(whole)
            let ours = Result { try OTLP.decodeLogs(protobuf: bytes, options: options) }
            guard let theirs = try? Tele_Test_LogsRequest(serializedBytes: bytes) else { continue }
            let decoded = try #require(try? ours.get(), "round \(round): we refuse \(ours)")
            let again = try Tele_Test_LogsRequest(serializedBytes: OTLP.encodeLogs(protobuf: decoded.batch))
            #expect(Rows.of(again) == Rows.of(theirs), "round \(round)")
            let all = theirs.resourceLogs.flatMap { $0.scopeLogs.flatMap(\.logRecords) }
            #expect(decoded.rejected == all.count { !Rows.isGood($0) }, "round \(round)")
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func mutatedTraces(seed: UInt64) throws {
        var generator = OTLPGenerator(seed: seed ^ 0xdef)
        let whole = [UInt8](try generator.traces().serializedData())
        for round in 0..<40 {
            let bytes = generator.mutate(whole)
            let ours = Result { try OTLP.decodeTraces(protobuf: bytes, options: options) }
            guard let theirs = try? Tele_Test_TracesRequest(serializedBytes: bytes) else { continue }
            let decoded = try #require(try? ours.get(), "round \(round): we refuse \(ours)")
            let again = try Tele_Test_TracesRequest(serializedBytes: OTLP.encodeTraces(protobuf: decoded.batch))
            #expect(Rows.of(again) == Rows.of(theirs), "round \(round)")
            let all = theirs.resourceSpans.flatMap { $0.scopeSpans.flatMap(\.spans) }
            #expect(decoded.rejected == all.count { !Rows.isGood($0) }, "round \(round)")
        }
    }

    /// The JSON that we write is what swift-protobuf reads (with ids in base64, as plain proto3 has them).
    @Test(arguments: 0..<80 as Range<UInt64>)
    func writtenJSON(seed: UInt64) throws {
        var generator = OTLPGenerator(seed: seed)
        let style = JSONStyle(identifiers: .base64, enumerations: .numbers)
        let traces = generator.traces()
        let spans = try OTLP.decodeTraces(protobuf: [UInt8](traces.serializedData()), options: options).batch
        let text = OTLP.encodeTraces(json: spans, style: style)
        #expect(try Rows.of(Tele_Test_TracesRequest(jsonUTF8Bytes: text)) == Rows.of(traces))
        let logs = generator.logs()
        let records = try OTLP.decodeLogs(protobuf: [UInt8](logs.serializedData()), options: options).batch
        let logText = OTLP.encodeLogs(json: records, style: style)
        #expect(try Rows.of(Tele_Test_LogsRequest(jsonUTF8Bytes: logText)) == Rows.of(logs))
    }

    /// Our own JSON and back; and swift-protobuf's JSON of logs without ids, in both kinds of names.
    @Test(arguments: 0..<80 as Range<UInt64>)
    func readJSON(seed: UInt64) throws {
        var generator = OTLPGenerator(seed: seed)
        let traces = generator.traces()
        let spans = try OTLP.decodeTraces(protobuf: [UInt8](traces.serializedData()), options: options).batch
        for style in [JSONStyle.otlp, JSONStyle(identifiers: .hex, enumerations: .names)] {
            let back = try OTLP.decodeTraces(json: OTLP.encodeTraces(json: spans, style: style), options: options)
            #expect(back.rejected == 0)
            let again = try Tele_Test_TracesRequest(serializedBytes: OTLP.encodeTraces(protobuf: back.batch))
            #expect(Rows.of(again) == Rows.of(traces))
        }
        var logs = generator.logs()
        for i in logs.resourceLogs.indices {
            for j in logs.resourceLogs[i].scopeLogs.indices {
                for k in logs.resourceLogs[i].scopeLogs[j].logRecords.indices {
                    logs.resourceLogs[i].scopeLogs[j].logRecords[k].traceID = Data()
                    logs.resourceLogs[i].scopeLogs[j].logRecords[k].spanID = Data()
                }
            }
        }
        for keepsNames in [false, true] {
            var encoding = JSONEncodingOptions()
            encoding.preserveProtoFieldNames = keepsNames
            let text: [UInt8] = try logs.jsonUTF8Bytes(options: encoding)
            let decoded = try OTLP.decodeLogs(json: text, options: options)
            let again = try Tele_Test_LogsRequest(serializedBytes: OTLP.encodeLogs(protobuf: decoded.batch))
            #expect(Rows.of(again) == Rows.of(logs))
        }
    }
}
