import Logging
import Testing
import Tracing

@testable import TeleClient

private struct Broken: Error {}

@Suite struct LogTests {
    @Test func aRecordCarriesWhatTheCallSaid() async throws {
        let (tele, transport) = recordingTele { $0.logLevel = .debug }
        var logger = Logger(label: "shop") { label in
            tele.logHandler(label: label, metadataProvider: .init { ["from": "provider", "tenant": "t1"] })
        }
        logger[metadataKey: "from"] = "logger"
        tele.tracer.withSpan("work") { span in
            logger.warning(
                "hello",
                metadata: [
                    "count": .stringConvertible(3), "share": .stringConvertible(0.5), "ok": .stringConvertible(true),
                    "nested": ["list": ["a", "b"], "map": ["k": "v"]],
                ])
        }
        logger.trace("filtered")
        logger.critical("no span")
        await tele.shutdown(deadline: .seconds(120))
        let records = transport.records(.logs)
        #expect(records.map(\.scope) == ["shop", "shop"])
        let first = try #require(records.first?.record)
        #expect(first.number(2) == 13 && first.text(3) == "WARNING")
        #expect(first.message(5)?.anyValue == "hello")
        var attributes = first.attributes(6)
        #expect(attributes.removeValue(forKey: "code.file.path")?.hasSuffix("LogTests.swift") == true)
        #expect(attributes.removeValue(forKey: "code.line.number") != nil)
        #expect(attributes.removeValue(forKey: "code.function.name")?.hasPrefix("aRecordCarries") == true)
        #expect(
            attributes == [
                "from": "logger", "tenant": "t1", "count": "3", "share": "0.5", "ok": "true",
                "nested": "{list:[a,b],map:{k:v}}",
            ])
        let span = try #require(transport.records(.traces).first?.record)
        #expect(first.hex(9) == span.hex(1) && first.hex(10) == span.hex(2) && first.number(8) == 1)
        #expect(try #require(first.number(1)) > 1_600_000_000_000_000_000)
        #expect(records.last?.record.hex(9) == nil && records.last?.record.number(2) == 21)
    }

    @Test func errorsAndLimits() async throws {
        let (tele, transport) = recordingTele()
        var metadata: Logger.Metadata = [:]
        for i in 0..<200 { metadata["k\(i)"] = "v" }
        var deep = Logger.MetadataValue.string("bottom")
        for _ in 0..<1_000 { deep = .array([deep]) }
        let handler = tele.logHandler(label: "x")
        handler.log(
            event: LogEvent(
                level: .error, message: "\(String(repeating: "ü", count: 50_000))", error: Broken(), metadata: metadata,
                source: nil, file: "f", function: "g", line: .max))
        handler.log(
            event: LogEvent(
                level: .info, message: "deep", metadata: ["deep": deep], source: nil, file: "f", function: "g", line: 1)
        )
        await tele.shutdown(deadline: .seconds(120))
        let record = try #require(transport.records(.logs).first?.record)
        #expect(record.message(5)?.anyValue.utf8.count == 64 << 10)
        #expect(record.attributes(6)["exception.type"]?.hasSuffix("Broken") == true)
        #expect(record.number(7) == 72)
        #expect(transport.records(.logs).count == 2)
    }

    @Test func consoleLinesAreOneLine() {
        let event = LogEvent(
            level: .info, message: "two\nlines", metadata: nil, source: nil, file: "f", function: "g", line: 1)
        let text = ConsoleLine.text(event, label: "a", time: 0, metadata: ["b": "c\nd"], span: nil)
        #expect(text.out == "1970-01-01T00:00:00.000Z info a: two\\nlines (b=c\\nd)\n")
        let json = ConsoleLine.json(event, label: "a", time: 0, metadata: ["q": "\"\u{1}"], span: nil)
        #expect(
            json.out == #"{"time":"1970-01-01T00:00:00.000Z","level":"info","logger":"a","message":"two\nlines","#
                + #""metadata":{"q":"\"\u0001"}}"# + "\n")
    }
}
