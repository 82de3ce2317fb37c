import TeleModel

/// `fromJson`: JSON as values, numbers as doubles, of equal keys the last. Depth is bounded by ``Limits/valueDepth``.
struct LogTemplateJSON {
    private var cursor: JSONCursor
    private var depth = 0

    static func value(_ text: [UInt8]) -> LogTemplateValue? {
        var reader = LogTemplateJSON(cursor: JSONCursor(text))
        guard let value = reader.value() else { return nil }
        return reader.cursor.next() == nil ? value : nil
    }

    private mutating func value() -> LogTemplateValue? {
        guard let first = cursor.next(), depth < Limits.valueDepth else { return nil }
        depth += 1
        defer { depth -= 1 }
        switch first {
        case 0x7b: return object()
        case 0x5b: return array()
        case 0x22: return string().map { .string($0) }
        default:
            switch cursor.word(endingAt: [UInt8(ascii: ":")]) {
            case "null": return .null
            case "true": return .bool(true)
            case "false": return .bool(false)
            case let word: return JSONCursor.number(word).map { .double($0) }
            }
        }
    }

    private mutating func object() -> LogTemplateValue? {
        cursor.at += 1
        var members: [String: LogTemplateValue] = [:]
        if !cursor.take(0x7d) {
            while true {
                guard let name = string(), cursor.take(0x3a), let value = value() else { return nil }
                members[name] = value
                if cursor.take(0x7d) { break }
                guard cursor.take(0x2c) else { return nil }
            }
        }
        return .map(members.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })
    }

    private mutating func array() -> LogTemplateValue? {
        cursor.at += 1
        var elements: [LogTemplateValue] = []
        if cursor.take(0x5d) { return .list(elements) }
        while true {
            guard let value = value() else { return nil }
            elements.append(value)
            if cursor.take(0x5d) { return .list(elements) }
            guard cursor.take(0x2c) else { return nil }
        }
    }

    private mutating func string() -> String? {
        var out: [UInt8] = []
        guard let quoted = cursor.quoted(), JSONScanner.unescape(quoted, &out) else { return nil }
        return String(decoding: out, as: UTF8.self)
    }
}
