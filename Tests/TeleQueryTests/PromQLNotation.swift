import TeleModel
import TeleQL
import TeleQuery
import Testing

/// The notation of series and values in promqltest scripts.
enum PromQLNotation {
    typealias Value = PromNotation.Value

    /// `5m`, `1h30m`, `10` (seconds) or `1.5`, in milliseconds.
    static func duration(_ text: Substring) -> Int64? {
        if let seconds = Double(text) { return Int64((seconds * 1000).rounded()) }
        let isNegative = text.hasPrefix("-")
        let body = isNegative ? text.dropFirst() : text
        guard let query = try? PromParser.parse("x offset \(body)"), case .selector(let selector) = query.kind,
            let value = selector.offset?.milliseconds(step: 0, range: 0)
        else { return nil }
        return isNegative ? -value : value
    }

    static func number(_ text: Substring) -> Double? { PromNotation.number(text) }

    static func unquoted(_ entry: String) -> String? {
        guard let start = entry.firstIndex(where: { "\"'`".contains($0) }),
            let query = try? PromParser.parse(String(entry[start...])), case .string(let text) = query.kind
        else { return nil }
        return text
    }

    /// The labels at the beginning of a line and what follows them.
    static func series(_ entry: String) -> (LabelSet, Substring)? {
        var depth = 0
        var quote: Character?
        var end = entry.startIndex
        var isEscaped = false
        for index in entry.indices {
            let character = entry[index]
            if isEscaped {
                isEscaped = false
            } else if let open = quote {
                if character == "\\" { isEscaped = true } else if character == open { quote = nil }
            } else if "\"'`".contains(character) {
                quote = character
            } else if character == "{" {
                depth += 1
            } else if character == "}" {
                depth -= 1
            } else if depth == 0, character == " " || character == "\t" || character == "@" {
                end = index
                break
            }
            end = entry.index(after: index)
        }
        let head = String(entry[..<end])
        return (try? PromNotation.labels(head)).map { ($0, entry[end...]) }
    }

    /// None of a line of start times (`@st`).
    static func values(_ text: Substring) -> [Value?] {
        if text.hasPrefix("@") { return [] }
        do { return try PromNotation.values(text) } catch {
            Issue.record("\(text): \(error)")
            return []
        }
    }

    /// `-30s-1mx2` and the like, relative to the sample's time; unix milliseconds.
    static func starts(_ text: Substring, _ step: Int64) -> ([Int64], [Int64]) {
        var out: ([Int64], [Int64]) = ([], [])
        var at: Int64 = 0
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
            if word.hasPrefix("_") {
                at += word.hasPrefix("_x") ? Int64(word.dropFirst(2)) ?? 1 : 1
                continue
            }
            var body = word
            var times: Int64 = 0
            if let x = word.lastIndex(of: "x"), let count = Int64(word[word.index(after: x)...]) {
                (body, times) = (word[..<x], count)
            }
            var parts: [Int64] = []
            for part in body.split(omittingEmptySubsequences: true, whereSeparator: { $0 == "+" || $0 == "-" }) {
                let isNegative = part.startIndex > body.startIndex && body[body.index(before: part.startIndex)] == "-"
                parts.append((duration(part) ?? 0) * (isNegative ? -1 : 1))
            }
            var (value, growth) = (parts.first ?? 0, parts.count > 1 ? parts[1] : 0)
            // `-1mx15` is one value many times; `-1m-1mx2` grows.
            if parts.count < 2 { growth = 0 }
            for _ in 0...times {
                out.0.append(at * step)
                out.1.append(at * step + value)
                at += 1
                value += growth
            }
        }
        return out
    }
}
