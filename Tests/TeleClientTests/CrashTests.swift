import Foundation
import TeleModel
import Testing
import Tracing

@testable import TeleClient

@Suite struct CrashTests {
    /// As Swift 6.3 writes it, shortened.
    static let report = #"""
        { "timestamp": "2026-11-21T13:01:14.836540Z", "kind": "crashReport", "description": "Illegal instruction",
          "faultAddress": "0x00007f60fb36df7f", "platform": "Linux (Debian)", "architecture": "x86_64",
          "threads": [ { "name": "other", "frames": [] }, { "name": "c", "crashed": true, "registers": {"rax": "0x0"},
          "frames": [ { "kind": "programCounter", "address": "0x1", "description": "_assertionFailure + 302",
            "image": "libswiftCore.so" },
          { "kind": "returnAddress", "address": "0x2", "symbol": "$s", "offset": 47, "description": "deep(_:_:) + 47",
            "image": "c", "sourceLocation": { "file": "/src/c.swift", "line": 1, "column": 43 } },
          { "kind": "asyncResumePoint", "address": "0x3", "system": true, "description": "main", "image": "c",
            "sourceLocation": { "file": "//<compiler-generated>", "line": 0, "column": 0 } } ] } ] }
        """#

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "tele-crash-\(UUID().uuidString)"
        #expect(SmallFile.makeFolder(folder))
        try await body(folder)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func theSettingOfTheRuntimeNamesTheFolder() {
        #expect(CrashReports.folder("enable=yes,format=json,output-to=/var/crash/") == "/var/crash/")
        #expect(CrashReports.folder("enable=yes,output-to=/var/crash/") == nil)
        #expect(CrashReports.folder("format=json,output-to=stderr") == nil)
        #expect(CrashReports.folder("") == nil && CrashReports.folder(",,=,") == nil)
    }

    @Test func aReportBecomesAFatalEventOnce() async throws {
        try await withFolder { folder in
            let program = Process.executableName
            let name = "\(folder)/\(program)-999999-0.0.json"
            #expect(SmallFile.write(Array(Self.report.utf8), to: name))
            #expect(SmallFile.write(Array("{}".utf8), to: "\(folder)/\(program)-999998-0.0.json"))
            #expect(SmallFile.write(Array(Self.report.utf8), to: "\(folder)/other-999997-0.0.json"))
            var words: [UInt64] = [7, 8, 9]
            let bytes = words.withUnsafeMutableBytes { Array($0) }
            #expect(SmallFile.write(bytes, to: LastSpan.path(folder, 999_999)))
            for run in 0..<2 {
                let (tele, transport) = recordingTele {
                    $0.crashReports = true
                    $0.crashReportFolder = folder
                }
                if run == 0 { #expect(await eventually { tele.statistics.logs.made == 1 }) }
                try await Task.sleep(for: .milliseconds(50))
                await tele.shutdown(deadline: .seconds(60))
                let records = transport.records(.logs)
                #expect(records.count == (run == 0 ? 1 : 0))
                guard run == 0 else { continue }
                #expect(records.first?.scope == "tele.crash")
                let record = try #require(records.first?.record)
                #expect(record.number(1) == 1_795_266_074_836_540_000 && record.number(2) == 21)
                #expect(
                    record.message(5)?.anyValue
                        == "the process crashed: Illegal instruction in deep(_:_:) + 47 (c.swift:1)")
                let attributes = record.attributes(6)
                #expect(
                    attributes["exception.type"] == "Illegal instruction" && attributes["crash.process.pid"] == "999999"
                )
                #expect(
                    attributes["exception.stacktrace"]?.contains("1 deep(_:_:) + 47 at /src/c.swift:1 in c") == true)
                #expect(record.hex(9) == "00000000000000070000000000000008" && record.hex(10) == "0000000000000009")
                #expect(record.text(12) == "process.crash")
            }
            #expect(SmallFile.names(folder)?.contains("\(program)-999999-0.0.json.sent") == true)
        }
    }

    @Test func theLastSpanIsInItsFileWhileTheProcessLives() async throws {
        try await withFolder { folder in
            let (tele, _) = recordingTele {
                $0.crashReports = true
                $0.crashReportFolder = folder
            }
            let span = tele.tracer.startSpan("a", context: .topLevel)
            let place = LastSpan.read(folder, process: Process.id)
            #expect(place?.traceID == span.context.teleSpan?.traceID && place?.spanID == span.context.teleSpan?.spanID)
            span.end()
            await tele.shutdown(deadline: .seconds(60))
            #expect(LastSpan.read(folder, process: Process.id) == nil)
        }
    }

    @Test func hostileReports() {
        for text in [
            "", "{", "[]", #"{"kind":"crashReport"}"#, #"{"kind":"crashReport","timestamp":"99-","threads":[{}]}"#,
        ] {
            if let report = CrashReport.read(Array(text.utf8)) { _ = report.encode(process: nil, span: nil, now: 1) }
        }
        for text in ["", "Z", "9999-99-99T99:99:99Z", "1970-01-01T00:00:00Z", "99999999999999999999-1-1T0:0:0.1Z"] {
            _ = UnixTime.parse(text)
        }
        #expect(UnixTime.parse("1970-01-01T00:00:01.5Z") == 1_500_000_000)
    }
}
