import TeleQL

/// `| logfmt`: `key=value key2="quoted value"`. Without `--strict` what can't be read is skipped; without
/// `--keep-empty` keys without a value vanish.
enum LogLogfmtStage {
    static func run(
        strict: Bool, keepEmpty: Bool, _ extractions: [LogQLExtraction], _ line: [UInt8], _ labels: inout LogLabels
    ) {
        var found: [(key: String, value: String)] = []
        let isSound = forEachPair(line) { found.append(($0, $1)) }
        if extractions.isEmpty {
            for pair in found where keepEmpty || !pair.value.isEmpty {
                labels.addParsed(LogJSONStage.sanitised(pair.key), pair.value)
            }
        } else {
            for wanted in extractions {
                labels.extract(wanted.name, found.last { $0.key == wanted.path }?.value)
            }
        }
        if strict, !isSound { labels.setError("LogfmtParserErr", "logfmt syntax error") }
    }

    /// False where some part of the line was no pair.
    static func forEachPair(_ line: [UInt8], _ body: (String, String) -> Void) -> Bool {
        var isSound = true
        var at = 0
        while at < line.count {
            while at < line.count, line[at] <= 0x20 { at += 1 }
            let start = at
            while at < line.count, line[at] > 0x20, line[at] != UInt8(ascii: "="), line[at] != UInt8(ascii: "\"") {
                at += 1
            }
            let key = line[start..<at]
            if at < line.count, line[at] == UInt8(ascii: "\"") {
                isSound = false
                while at < line.count, line[at] > 0x20 { at += 1 }
                continue
            }
            var value: [UInt8] = []
            if at < line.count, line[at] == UInt8(ascii: "=") {
                at += 1
                if at < line.count, line[at] == UInt8(ascii: "\"") {
                    guard let quoted = quotedValue(line, &at) else { return false }
                    value = quoted
                } else {
                    let from = at
                    while at < line.count, line[at] > 0x20 { at += 1 }
                    value = Array(line[from..<at])
                    if value.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "=") }) {
                        isSound = false
                        continue
                    }
                }
            }
            if key.isEmpty {
                if at > start { isSound = false }
                continue
            }
            body(String(decoding: key, as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
        return isSound
    }

    private static func quotedValue(_ line: [UInt8], _ at: inout Int) -> [UInt8]? {
        var end = at + 1
        while end < line.count, line[end] != UInt8(ascii: "\"") { end += line[end] == UInt8(ascii: "\\") ? 2 : 1 }
        guard end < line.count else { return nil }
        var out: [UInt8] = []
        guard JSONScanner.unescape(line[at + 1..<end], &out) else { return nil }
        at = end + 1
        return out
    }
}
