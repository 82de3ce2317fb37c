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
        case .regexp(let pattern): extract(pattern, entry.line, &entry.labels)
        case .pattern(let pattern):
            for capture in pattern.captures(entry.line.span) {
                let text = String(decoding: entry.line[capture.range], as: UTF8.self)
                entry.labels.addParsed(capture.name, text)
            }
        case .unpack: LogJSONStage.unpack(&entry)
        case .lineFormat(let template):
            let run = LogTemplateRun(entry)
            do throws(LogTemplateError) { entry.line = try run.text(template) } catch {
                entry.labels.setError("TemplateFormatErr", error.message)
            }
        case .labelFormat(let formats): format(formats, &entry)
        }
        return true
    }

    private static func isPicked(_ pick: LogQLLabelPick, _ label: LogLabels.Label) -> Bool {
        pick.name == label.name && (pick.matcher?.accepts(label.value) ?? true)
    }

    static func accepts(_ filter: LogQLLineFilter, _ line: [UInt8]) -> Bool {
        let found = filter.tests.contains { test in
            switch test {
            case .text(let text): ByteSearch.find(text.span, in: line.span) != nil
            case .matches(let pattern): pattern.matches(line.span)
            case .fits(let pattern): pattern.matches(line.span)
            case .address(let range): range.isFound(in: line)
            }
        }
        return found != filter.operation.isNegative
    }

    /// Named groups become labels; one that took no part is empty.
    private static func extract(_ pattern: Pattern, _ line: [UInt8], _ labels: inout LogLabels) {
        guard let groups = pattern.captures(in: line.span) else { return }
        for (name, range) in zip(pattern.groupNames, groups) {
            guard let name else { continue }
            labels.addParsed(name, range.map { String(decoding: line[$0], as: UTF8.self) } ?? "")
        }
    }

    /// All templates see the labels as they were before the first of them ran.
    private static func format(_ formats: [LogQLLabelFormat], _ entry: inout LogEntry) {
        var run: LogTemplateRun?
        for format in formats {
            switch format.source {
            case .label(let source):
                guard let value = entry.labels[source] else { continue }
                entry.labels.replace(format.name, value)
                entry.labels.labels.removeAll { $0.name == source }
            case .template(let template):
                let current = run ?? LogTemplateRun(entry)
                run = current
                do throws(LogTemplateError) {
                    let text = try current.text(template)
                    entry.labels.replace(format.name, String(decoding: text, as: UTF8.self))
                } catch {
                    entry.labels.setError("TemplateFormatErr", error.message)
                }
            }
        }
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
