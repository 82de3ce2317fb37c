import TeleModel
import TeleQL

/// `| json`: all fields flattened with `_` (arrays skipped, null dropped, numbers as written, the first of equal keys
/// wins), or the paths that the stage names.
enum LogJSONStage {
    static func run(_ extractions: [LogQLExtraction], _ line: [UInt8], _ labels: inout LogLabels) {
        var scanner = JSONScanner(line)
        var leaves: [(path: [String], value: String)] = []
        let wantsAll = extractions.isEmpty
        let paths = extractions.map { LogQLPath.parts($0.path) ?? [$0.path] }
        let isSound = scanner.scan { path, kind, text in
            if wantsAll {
                if kind != .nested { leaves.append((path, text)) }
            } else if paths.contains(path) {
                leaves.append((path, text))
            }
        }
        if wantsAll {
            for leaf in leaves {
                labels.addParsed(sanitised(leaf.path.joined(separator: "_")), leaf.value)
            }
        } else {
            for (extraction, path) in zip(extractions, paths) {
                labels.extract(extraction.name, leaves.first { $0.path == path }?.value)
            }
        }
        if !isSound { labels.setError("JSONParserErr", "the line is not a JSON object") }
    }

    /// `| unpack`: the strings of a packed object become labels and its `_entry` the line; an object without `_entry`
    /// stays as it is.
    static func unpack(_ entry: inout LogEntry) {
        if entry.line.isEmpty { return }
        var scanner = JSONScanner(entry.line)
        var members: [(name: String, value: String)] = []
        var line: String?
        let isSound = scanner.scan { path, kind, text in
            guard kind == .string, path.count == 1 else { return }
            if path[0] == "_entry" { line = text } else { members.append((path[0], text)) }
        }
        guard isSound else { return entry.labels.setError("JSONParserErr", "the line is not a JSON object") }
        guard let line else { return }
        for member in members { entry.labels.addParsed(sanitised(member.name), member.value) }
        entry.line = Array(line.utf8)
    }

    /// A label name: illegal bytes become `_`, a leading digit gets `_` before it.
    static func sanitised(_ name: String) -> String {
        var out: [UInt8] = []
        for scalar in name.unicodeScalars {
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            let isDigit = ("0"..."9").contains(scalar)
            if isDigit, out.isEmpty { out.append(0x5f) }
            out.append(isLetter || isDigit ? UInt8(truncatingIfNeeded: scalar.value) : 0x5f)
        }
        return String(decoding: out, as: UTF8.self)
    }
}
