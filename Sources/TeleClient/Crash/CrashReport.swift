import TeleModel
import TeleWire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is read of a report of Swift's backtracer (`format=json`).
struct CrashReport: Decodable {
    struct Frame: Decodable {
        struct Location: Decodable {
            var file: String
            var line: Int
        }

        var address: String?
        var description: String?
        var image: String?
        var sourceLocation: Location?
        var system: Bool?
        var thunk: Bool?
    }

    struct Thread: Decodable {
        var name: String?
        var crashed: Bool?
        var frames: [Frame]?
    }

    var timestamp: String?
    var kind: String?
    var description: String?
    var faultAddress: String?
    var platform: String?
    var architecture: String?
    var threads: [Thread]?

    /// nil for what is no crash report.
    static func read(_ bytes: [UInt8]) -> CrashReport? {
        guard let report = try? JSONDecoder().decode(CrashReport.self, from: Data(bytes)), report.kind == "crashReport"
        else { return nil }
        return report
    }

    private var crashed: Thread? { threads?.first { $0.crashed == true } ?? threads?.first }

    /// `Illegal instruction in deep(_:_:) (c.swift:1)`: the first frame of the program's own code.
    var summary: String {
        let what = description ?? "crash"
        let own = crashed?.frames?.first { frame in
            guard let location = frame.sourceLocation, frame.system != true, frame.thunk != true else { return false }
            return location.line > 0 && !location.file.contains("<compiler-generated>")
        }
        guard let own, let location = own.sourceLocation else { return what }
        let file = location.file.split(separator: "/").last ?? ""
        return "\(what) in \(own.description ?? "?") (\(file):\(location.line))"
    }

    /// The crashed thread, a frame a line.
    var stack: String {
        var lines: [String] = []
        for (i, frame) in (crashed?.frames ?? []).prefix(ClientLimits.crashFrames).enumerated() {
            var line = "\(i) \(frame.description ?? frame.address ?? "?")"
            if let location = frame.sourceLocation { line += " at \(location.file):\(location.line)" }
            if let image = frame.image { line += " in \(image)" }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }

    /// A fatal log event of the time of the crash.
    func encode(process: Int64?, span: LastSpan.Place?, now: UInt64) -> [UInt8] {
        var writer = ProtobufWriter(capacity: 4 << 10)
        writer.fixed64(1, timestamp.flatMap(UnixTime.parse) ?? now)
        writer.uint64(2, 21)
        writer.string(3, "CRITICAL")
        writer.message(5) { (body: inout ProtobufWriter) in
            body.text("the process crashed: \(summary)", limit: ClientLimits.messageBytes)
        }
        writer.attribute(6, "exception.type", text: description ?? "crash")
        writer.attribute(6, "exception.message", text: summary)
        writer.attribute(6, "exception.stacktrace", text: stack)
        for (key, value) in [
            ("crash.fault_address", faultAddress), ("crash.thread", crashed?.name), ("os.description", platform),
            ("host.arch", architecture),
        ] {
            if let value { writer.attribute(6, key, text: value) }
        }
        if let process { writer.attribute(6, "crash.process.pid", int: process) }
        if let span {
            writer.fixed32(8, 1)
            writer.traceID(9, span.traceID)
            writer.spanID(10, span.spanID)
        }
        writer.fixed64(11, now)
        writer.string(12, "process.crash")
        return writer.bytes
    }
}
