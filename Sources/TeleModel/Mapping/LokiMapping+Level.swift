/// What Loki's `detected_level` of an entry is: the first that is found of a `detected_level` that is there already,
/// a label or metadata that names a level, the severity number, a key in a JSON or logfmt line, a word of the line.
package enum LokiLevel {
    /// Names under which a level is looked for, in order (Loki's `log_level_fields`).
    package static let names = [
        "level", "LEVEL", "Level", "log.level", "severity", "SEVERITY", "Severity", "SeverityText", "lvl", "LVL",
        "Lvl", "severity_text", "Severity_Text", "SEVERITY_TEXT",
    ]

    package static let unknown = "unknown"

    package static func detect(
        metadata: [LokiMapping.Pair], labels: [LokiMapping.Pair], severity: Int32, line: [UInt8]
    ) -> String {
        if let given = metadata.first(where: { $0.name == "detected_level" })?.value {
            return normalised(Array(given.utf8)[...]) ?? given
        }
        for name in names {
            let found = labels.first { $0.name == name } ?? metadata.first { $0.name == name }
            if let value = found?.value { return normalised(Array(value.utf8)[...]) ?? value }
        }
        if let text = metadata.first(where: { $0.name == "severity_number" })?.value, let number = Int32(text) {
            return name(ofSeverity: number)
        }
        if severity != 0 { return name(ofSeverity: severity) }
        return fromLine(line) ?? unknown
    }

    /// The level of an OTLP severity number: four numbers a level.
    package static func name(ofSeverity number: Int32) -> String {
        switch number {
        case 1...4: "trace"
        case 5...8: "debug"
        case 9...12: "info"
        case 13...16: "warn"
        case 17...20: "error"
        case 21...24: "fatal"
        default: unknown
        }
    }

    /// Loki's name of a level word, whatever its case; nil for other words.
    package static func normalised(_ word: ArraySlice<UInt8>) -> String? {
        guard (3...13).contains(word.count) else { return nil }
        switch String(decoding: word.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self) {
        case "trace", "trc": return "trace"
        case "debug", "dbg": return "debug"
        case "info", "inf", "information": return "info"
        case "warn", "wrn", "warning": return "warn"
        case "error", "err": return "error"
        case "critical": return "critical"
        case "fatal": return "fatal"
        default: return nil
        }
    }

    static func fromLine(_ line: [UInt8]) -> String? {
        // A level stands at the front; a line of megabytes is not read to its end for it.
        let head = line.prefix(4096)
        let first = head.first { $0 != 0x20 && $0 != 0x09 }
        if first == UInt8(ascii: "{"), let level = fromJSON(head) { return level }
        if first != UInt8(ascii: "{"), let level = fromLogfmt(head) { return level }
        return fromWords(head)
    }

    private static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        names.contains { $0.utf8.elementsEqual(text) }
    }

    /// A level key of an object, at depth 1 or 2, with a string value.
    private static func fromJSON(_ text: ArraySlice<UInt8>) -> String? {
        var depth = 0
        var key: ArraySlice<UInt8>?
        var at = text.startIndex
        while at < text.endIndex {
            switch text[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ","): key = nil
            case UInt8(ascii: "\""):
                let start = at + 1
                var end = start
                while end < text.endIndex, text[end] != UInt8(ascii: "\"") {
                    end += text[end] == UInt8(ascii: "\\") ? 2 : 1
                }
                guard end < text.endIndex else { return nil }
                let word = text[start..<end]
                at = end
                if let name = key {
                    if depth <= 2, isName(name), let level = normalised(word) { return level }
                    key = nil
                } else {
                    var next = end + 1
                    while next < text.endIndex, text[next] == 0x20 { next += 1 }
                    if next < text.endIndex, text[next] == UInt8(ascii: ":") { key = word }
                }
            default: break
            }
            at += 1
        }
        return nil
    }

    private static func fromLogfmt(_ text: ArraySlice<UInt8>) -> String? {
        for (at, byte) in zip(text.indices, text) where byte == UInt8(ascii: "=") {
            var start = at
            while start > text.startIndex, text[start - 1] > 0x20 { start -= 1 }
            guard isName(text[start..<at]) else { continue }
            var from = at + 1
            if from < text.endIndex, text[from] == UInt8(ascii: "\"") { from += 1 }
            let value = text[from...].prefix { $0 > 0x20 && $0 != UInt8(ascii: "\"") }
            if let level = normalised(value) { return level }
        }
        return nil
    }

    /// The first word of the line that is a level.
    private static func fromWords(_ text: ArraySlice<UInt8>) -> String? {
        var start: Int?
        for at in text.startIndex...text.endIndex {
            let isLetter = at < text.endIndex && (0x61...0x7a).contains(text[at] | 0x20)
            if isLetter {
                if start == nil { start = at }
            } else if let from = start {
                // `Inf` in a line is a number.
                if at - from > 3 || text[from] | 0x20 != UInt8(ascii: "i"), let level = normalised(text[from..<at]) {
                    return level
                }
                start = nil
            }
        }
        return nil
    }
}
