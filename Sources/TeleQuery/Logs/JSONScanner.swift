import TeleModel

/// Walks one JSON object in a line without building a tree. Depth is bounded by ``Limits/valueDepth``.
struct JSONScanner {
    enum Kind {
        /// Unescaped.
        case string
        /// Number (as written) or boolean.
        case scalar
        /// An object or array, as its JSON text.
        case nested
    }

    private var cursor: JSONCursor
    private var path: [String] = []
    private var depth = 0

    init(_ text: [UInt8]) { cursor = JSONCursor(text) }

    /// Calls for each member with its path (array elements have their index); null is left out. Elements of arrays are
    /// `nested` unless they are asked for by path: callers tell by the path. What stands behind the object is not looked at, as in
    /// Loki. False where the line begins with no JSON object.
    mutating func scan(_ body: ([String], Kind, String) -> Void) -> Bool {
        cursor.next() == UInt8(ascii: "{") && value(false, body)
    }

    private mutating func value(_ inArray: Bool, _ body: ([String], Kind, String) -> Void) -> Bool {
        guard let first = cursor.next(), depth < Limits.valueDepth else { return false }
        let start = cursor.at
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let isArray = first == UInt8(ascii: "[")
            depth += 1
            let isSound = isArray ? elements(body) : members(inArray, body)
            depth -= 1
            guard isSound else { return false }
            if !path.isEmpty { body(path, .nested, String(decoding: cursor.text[start..<cursor.at], as: UTF8.self)) }
        case UInt8(ascii: "\""):
            guard let string = string() else { return false }
            body(path, inArray ? .nested : .string, string)
        default:
            let word = cursor.word()
            if word == "null" { return true }
            guard word == "true" || word == "false" || JSONCursor.number(word) != nil else { return false }
            body(path, inArray ? .nested : .scalar, word)
        }
        return true
    }

    private mutating func members(_ inArray: Bool, _ body: ([String], Kind, String) -> Void) -> Bool {
        cursor.at += 1
        if cursor.take(UInt8(ascii: "}")) { return true }
        while true {
            guard let key = string(), cursor.take(UInt8(ascii: ":")) else { return false }
            path.append(key)
            let isSound = value(inArray, body)
            path.removeLast()
            guard isSound else { return false }
            if cursor.take(UInt8(ascii: "}")) { return true }
            guard cursor.take(UInt8(ascii: ",")) else { return false }
        }
    }

    private mutating func elements(_ body: ([String], Kind, String) -> Void) -> Bool {
        cursor.at += 1
        if cursor.take(UInt8(ascii: "]")) { return true }
        var index = 0
        while true {
            path.append(String(index))
            let isSound = value(true, body)
            path.removeLast()
            guard isSound else { return false }
            index += 1
            if cursor.take(UInt8(ascii: "]")) { return true }
            guard cursor.take(UInt8(ascii: ",")) else { return false }
        }
    }

    private mutating func string() -> String? {
        var out: [UInt8] = []
        guard let quoted = cursor.quoted(), JSONScanner.unescape(quoted, &out) else { return nil }
        // Half of a surrogate pair makes Loki's parser give the string up.
        let range = quoted.startIndex..<quoted.endIndex
        if ByteSearch.find(Array("\\u".utf8).span, in: cursor.text.span.extracting(range)) != nil,
            JSONScanner.hasLoneSurrogate(quoted)
        {
            return ""
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Resolves JSON's escapes. A lone surrogate comes out as U+FFFD.
    static func unescape(_ text: ArraySlice<UInt8>, _ out: inout [UInt8]) -> Bool {
        var at = text.startIndex
        var high: UInt32 = 0
        while at < text.endIndex {
            let byte = text[at]
            at += 1
            guard byte == UInt8(ascii: "\\") else {
                out.append(byte)
                continue
            }
            guard at < text.endIndex else { return false }
            let kind = text[at]
            at += 1
            switch kind {
            case UInt8(ascii: "n"): out.append(0x0a)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "r"): out.append(0x0d)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0c)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(kind)
            case UInt8(ascii: "u"):
                guard text.endIndex - at >= 4 else { return false }
                var code: UInt32 = 0
                for _ in 0..<4 {
                    guard let digit = Hex.value(text[at]) else { return false }
                    code = code << 4 | UInt32(digit)
                    at += 1
                }
                if (0xd800..<0xdc00).contains(code), at + 1 < text.endIndex, text[at] == UInt8(ascii: "\\"),
                    text[at + 1] == UInt8(ascii: "u")
                {
                    high = code
                    continue
                }
                if high != 0, (0xdc00..<0xe000).contains(code) {
                    code = 0x10000 + (high - 0xd800) << 10 + (code - 0xdc00)
                }
                high = 0
                let scalar = Unicode.Scalar(code) ?? "\u{fffd}"
                out.append(contentsOf: Array(String(Character(scalar)).utf8))
            default: return false
            }
        }
        return true
    }

    /// Whether an escape of a surrogate stands without its other half.
    private static func hasLoneSurrogate(_ text: ArraySlice<UInt8>) -> Bool {
        var at = text.startIndex
        var isOpen = false
        while at < text.endIndex {
            guard text[at] == UInt8(ascii: "\\"), at + 1 < text.endIndex else {
                if isOpen { return true }
                at += 1
                continue
            }
            var code: UInt32 = 0
            let isUnicode = text[at + 1] == UInt8(ascii: "u") && text.endIndex - at >= 6
            if isUnicode { code = text[at + 2..<at + 6].reduce(0) { $0 << 4 | UInt32(Hex.value($1) ?? 0) } }
            let isLow = (0xdc00..<0xe000).contains(code)
            if isOpen != isLow { return true }
            isOpen = (0xd800..<0xdc00).contains(code)
            at += isUnicode ? 6 : 2
        }
        return isOpen
    }
}
