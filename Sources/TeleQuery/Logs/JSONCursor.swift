import TeleModel

/// Where a reader of JSON has come to in a line: what ``JSONScanner`` and ``LogTemplateJSON`` have in common.
struct JSONCursor {
    let text: [UInt8]
    var at = 0

    init(_ text: [UInt8]) { self.text = text }

    /// The byte at hand behind white space; nil at the end.
    mutating func next() -> UInt8? {
        while at < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[at]) { at += 1 }
        return at < text.count ? text[at] : nil
    }

    /// Takes the byte if it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard next() == byte else { return false }
        at += 1
        return true
    }

    /// Takes what stands before white space, a comma, a closing bracket or one of `ends`.
    mutating func word(endingAt ends: [UInt8] = []) -> String {
        let start = at
        while at < text.count, !",]} \t\r\n".utf8.contains(text[at]), !ends.contains(text[at]) { at += 1 }
        return String(decoding: text[start..<at], as: UTF8.self)
    }

    /// Takes a string; gives what stands between its quotes, escapes and all.
    mutating func quoted() -> ArraySlice<UInt8>? {
        guard next() == UInt8(ascii: "\"") else { return nil }
        let start = at + 1
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "\"") { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
        guard end < text.count else { return nil }
        at = end + 1
        return text[start..<end]
    }

    static func number(_ word: String) -> Double? {
        guard let first = word.utf8.first, first == 0x2d || (0x30...0x39).contains(first) else { return nil }
        return Double(word)
    }
}
