import TeleModel
import TeleQL

/// What each stage does to an entry; false drops it.
enum LogStageRunner {
    static func run(_ stage: LogQLStage, _ entry: inout LogEntry) -> Bool {
        switch stage {
        case .line(let filter): return accepts(filter, entry.line)
        case .label(let filter): return LogLabelTest.accepts(filter, &entry.labels)
        case .json(let extractions):
            LogJSONStage.run(extractions, entry.line, &entry.labels)
        case .logfmt(let strict, let keepEmpty, let extractions):
            LogLogfmtStage.run(strict: strict, keepEmpty: keepEmpty, extractions, entry.line, &entry.labels)
        case .drop(let picks):
            entry.labels.labels.removeAll { label in picks.contains { isPicked($0, label) } }
        case .keep(let wanted):
            entry.labels.labels.removeAll { label in
                let isError = label.name == LogLabels.error || label.name == LogLabels.errorDetails
                return !isError && !wanted.contains { isPicked($0, label) }
            }
        case .decolorize: entry.line = decolorized(entry.line)
        }
        return true
    }

    private static func isPicked(_ pick: LogQLLabelPick, _ label: LogLabels.Label) -> Bool {
        pick.name == label.name && (pick.matcher?.accepts(label.value) ?? true)
    }

    static func accepts(_ filter: LogQLLineFilter, _ line: [UInt8]) -> Bool {
        let found =
            filter.operation.isPattern
            ? filter.patterns.contains { $0.matches(line.span) }
            : filter.texts.contains { contains(line, Array($0.utf8)) }
        return found != filter.operation.isNegative
    }

    /// Plain substring search; the engine's own comes first, this sees only what it left over.
    static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= text.count else { return false }
        for at in 0...(text.count - part.count) where text[at] == first {
            if text[at..<at + part.count].elementsEqual(part) { return true }
        }
        return false
    }

    /// Without ANSI escape sequences (`ESC [ ... letter`).
    private static func decolorized(_ line: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        while at < line.count {
            if line[at] == 0x1b, at + 1 < line.count, line[at + 1] == 0x5b {
                at += 2
                while at < line.count, !(0x40...0x7e).contains(line[at]) { at += 1 }
            } else {
                out.append(line[at])
            }
            at += 1
        }
        return out
    }
}
