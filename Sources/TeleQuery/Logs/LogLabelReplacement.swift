import TeleModel
import TeleQL

/// `label_replace`: where the pattern matches the whole of the source label the target gets the replacement, with `$1`
/// and `${name}` filled in; an empty result removes the target.
enum LogLabelReplacement {
    static func run(_ replacement: LogQLLabelReplace, _ series: [LogSeries]) throws(LogQueryError) -> [LogSeries] {
        var seen: Set<String> = []
        var out: [LogSeries] = []
        for one in series {
            var labels = one.labels
            let source = labels.first { $0.name == replacement.source }?.value ?? ""
            let bytes = Array(source.utf8)
            if let groups = replacement.pattern.captures(in: bytes.span) {
                let value = expand(replacement.replacement, bytes, groups, replacement.pattern.groupNames)
                labels.removeAll { $0.name == replacement.target }
                if !value.isEmpty { labels.append((replacement.target, value)) }
                labels = LokiMapping.sorted(labels)
            }
            guard seen.insert(LogStreams.key(labels)).inserted else {
                throw .bad("vector cannot contain metrics with the same labelset")
            }
            out.append(LogSeries(labels: labels, values: one.values))
        }
        return out
    }

    /// Go's Regexp.Expand: `$name` takes the longest run of letters, digits and `_`; `$$` is a dollar.
    static func expand(_ template: String, _ text: [UInt8], _ groups: [Range<Int>?], _ names: [String?]) -> String {
        let bytes = Array(template.utf8)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "$") else {
                out.append(bytes[at])
                at += 1
                continue
            }
            if at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "$") {
                out.append(UInt8(ascii: "$"))
                at += 2
                continue
            }
            let isBraced = at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "{")
            let start = at + (isBraced ? 2 : 1)
            var end = start
            while end < bytes.count, isWord(bytes[end]) { end += 1 }
            guard end > start, !isBraced || (end < bytes.count && bytes[end] == UInt8(ascii: "}")) else {
                out.append(bytes[at])
                at += 1
                continue
            }
            let name = String(decoding: bytes[start..<end], as: UTF8.self)
            let number = Int(name) ?? names.firstIndex { $0 == name }
            if let number, groups.indices.contains(number), let range = groups[number] { out += text[range] }
            at = end + (isBraced ? 1 : 0)
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
    }
}
