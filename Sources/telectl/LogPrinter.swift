import ArgumentParser
import Foundation
import TeleTerm

enum LogOutput: String, ExpressibleByArgument, CaseIterable {
    case text, json, raw, logfmt
}

/// Writes log entries to standard output in the form that was asked for.
struct LogPrinter {
    let output: LogOutput
    let terminal: Terminal

    /// Groups apart by a line of dashes; lines that are no hits dim.
    func show(_ groups: [LogContext.Group]) {
        for (index, group) in groups.enumerated() {
            if index > 0, output == .text || output == .raw {
                Terminal.print([terminal.style.paint("--", .dim)])
            }
            show(group.entries, hits: group.hits)
        }
    }

    func show(_ entries: [LogEntry], hits: Set<LogEntry>? = nil) {
        let today = TimeArgument.now / 86_400_000_000_000
        let showsDate = entries.contains { $0.time / 86_400_000_000_000 != today }
        let serviceWidth = min(24, max(10, entries.map { TextWidth.of($0.service) }.max() ?? 0))
        Terminal.print(
            entries.map { entry in
                switch output {
                case .text:
                    LogLine(
                        time: entry.time, level: entry.level, service: entry.service, text: entry.line,
                        traceID: entry.traceID
                    ).line(
                        style: terminal.style, serviceWidth: serviceWidth, showsDate: showsDate,
                        isAside: !(hits?.contains(entry) ?? true))
                case .raw: terminal.isTerminal ? TextWidth.clean(entry.line) : entry.line
                case .json: json(entry)
                case .logfmt: logfmt(entry)
                }
            })
    }

    private struct Line: Encodable {
        var timestamp: String
        var timeUnixNano: String
        var line: String
        var labels: [String: String]
        var metadata: [String: String]
    }

    private func json(_ entry: LogEntry) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = Line(
            timestamp: Timestamp.rfc3339(entry.time), timeUnixNano: "\(entry.time)", line: entry.line,
            labels: entry.labels, metadata: entry.metadata)
        return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func logfmt(_ entry: LogEntry) -> String {
        var pairs = [("ts", Timestamp.rfc3339(entry.time)), ("msg", entry.line)]
        pairs += entry.labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        pairs += entry.metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return pairs.map { "\($0.0)=\(quoted($0.1))" }.joined(separator: " ")
    }

    private func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d && $0 < 0x7f }
        if isPlain { return text }
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return terminal.isTerminal ? TextWidth.clean(out + "\"") : out + "\""
    }
}
