import TeleModel

/// `fromJson`: JSON as values, numbers as doubles, of equal keys the last. Depth is bounded by ``Limits/valueDepth``.
struct LogTemplateJSON {
    private let text: [UInt8]
    private var at = 0
    private var depth = 0

    static func value(_ text: [UInt8]) -> LogTemplateValue? {
        var reader = LogTemplateJSON(text: text)
        guard let value = reader.value() else { return nil }
        reader.skip()
        return reader.at == text.count ? value : nil
    }

    private init(text: [UInt8]) { self.text = text }

    private mutating func skip() {
        while at < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[at]) { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skip()
        guard at < text.count, text[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func value() -> LogTemplateValue? {
        skip()
        guard at < text.count, depth < Limits.valueDepth else { return nil }
        depth += 1
        defer { depth -= 1 }
        switch text[at] {
        case 0x7b: return object()
        case 0x5b: return array()
        case 0x22: return string().map { .string($0) }
        default:
            let start = at
            while at < text.count, !",]}: \t\r\n".utf8.contains(text[at]) { at += 1 }
            switch String(decoding: text[start..<at], as: UTF8.self) {
            case "null": return .null
            case "true": return .bool(true)
            case "false": return .bool(false)
            case let word:
                guard let first = word.utf8.first, first == 0x2d || (0x30...0x39).contains(first) else { return nil }
                return Double(word).map { .double($0) }
            }
        }
    }

    private mutating func object() -> LogTemplateValue? {
        at += 1
        var members: [String: LogTemplateValue] = [:]
        if !take(0x7d) {
            while true {
                skip()
                guard at < text.count, text[at] == 0x22, let name = string(), take(0x3a), let value = value() else {
                    return nil
                }
                members[name] = value
                if take(0x7d) { break }
                guard take(0x2c) else { return nil }
            }
        }
        return .map(members.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })
    }

    private mutating func array() -> LogTemplateValue? {
        at += 1
        var elements: [LogTemplateValue] = []
        if take(0x5d) { return .list(elements) }
        while true {
            guard let value = value() else { return nil }
            elements.append(value)
            if take(0x5d) { return .list(elements) }
            guard take(0x2c) else { return nil }
        }
    }

    private mutating func string() -> String? {
        var end = at + 1
        while end < text.count, text[end] != 0x22 { end += text[end] == 0x5c ? 2 : 1 }
        guard end < text.count else { return nil }
        var out: [UInt8] = []
        guard JSONScanner.unescape(text[at + 1..<end], &out) else { return nil }
        at = end + 1
        return String(decoding: out, as: UTF8.self)
    }
}
