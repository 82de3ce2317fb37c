import TeleModel
import TeleQL
import TeleQuery

/// The notation of series and values in promqltest scripts.
enum PromQLNotation {
    enum Value {
        case float(Double)
        case histogram(NativeHistogram)
    }

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

    static func number(_ text: Substring) -> Double? {
        switch text.lowercased() {
        case "nan": return .nan
        case "stale": return SampleBatch.staleMarker
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        default: break
        }
        return text.allSatisfy({ $0.isNumber || "+-.eE_".contains($0) }) ? Double(text.filter { $0 != "_" }) : nil
    }

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
        if head == "{}" { return (.empty, entry[end...]) }
        guard let query = try? PromParser.parse(head), case .selector(let selector) = query.kind else {
            // A selector must match something: labels with empty values only.
            guard head.hasPrefix("{"), let inner = try? PromParser.parse("x" + head),
                case .selector(let selector) = inner.kind
            else { return nil }
            return (
                LabelSet(selector.matchers.filter { $0.name != "__name__" }.map { ($0.name, $0.value) }), entry[end...]
            )
        }
        return (LabelSet(selector.matchers.map { ($0.name, $0.value) }), entry[end...])
    }

    static func values(_ text: Substring) -> [Value?] {
        var out: [Value?] = []
        var rest = text[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            guard let first = rest.first else { return out }
            if rest.hasPrefix("{{") {
                guard let (value, tail) = PromQLHistogramNotation.value(rest) else { return out }
                rest = tail
                out.append(contentsOf: value)
                continue
            }
            let word = rest.prefix { $0 != " " && $0 != "\t" }
            rest = rest.dropFirst(word.count)
            if first == "_" {
                let count = word.hasPrefix("_x") ? Int(word.dropFirst(2)) ?? 1 : 1
                out.append(contentsOf: repeatElement(nil, count: count))
                continue
            }
            out.append(contentsOf: expand(word))
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

    /// `1`, `1x3`, `1+2x3`, `1-2x3`.
    private static func expand(_ word: Substring) -> [Value?] {
        guard let x = word.lastIndex(of: "x"), let times = Int(word[word.index(after: x)...]) else {
            return number(word).map { [.float($0)] } ?? []
        }
        let head = word[..<x]
        if let value = number(head) { return Array(repeating: .float(value), count: times + 1) }
        for index in head.indices.dropFirst().reversed() where head[index] == "+" || head[index] == "-" {
            guard let start = number(head[..<index]), let step = number(head[head.index(after: index)...]) else {
                continue
            }
            let sign: Double = head[index] == "+" ? 1 : -1
            var value = start
            var out: [Value?] = []
            for _ in 0...times {
                out.append(.float(value))
                value += sign * step
            }
            return out
        }
        return []
    }
}

/// `{{schema:0 sum:5 count:4 buckets:[1 2 1]}}`, with `x10`, `+{{...}}x10`.
enum PromQLHistogramNotation {
    static func value(_ text: Substring) -> ([PromQLNotation.Value?], Substring)? {
        guard let (first, tail) = single(text) else { return nil }
        var rest = tail
        var step: NativeHistogram?
        var sign = 1.0
        if rest.hasPrefix("+{{") || rest.hasPrefix("-{{") {
            sign = rest.hasPrefix("-") ? -1 : 1
            guard let (second, tail) = single(rest.dropFirst()) else { return nil }
            step = second
            rest = tail
        }
        guard rest.hasPrefix("x") else { return ([.histogram(first)], rest) }
        let digits = rest.dropFirst().prefix { $0.isNumber }
        rest = rest.dropFirst(1 + digits.count)
        var out: [PromQLNotation.Value?] = []
        var value = first
        for _ in 0...(Int(digits) ?? 0) {
            out.append(.histogram(value))
            if let step { value = value.adding(step.scaled(by: sign)) ?? value }
        }
        return (out, rest)
    }

    private static func single(_ text: Substring) -> (NativeHistogram, Substring)? {
        guard text.hasPrefix("{{"), let end = text.dropFirst(2).firstIndex(of: "}") else { return nil }
        var out = NativeHistogram()
        var (offset, negativeOffset): (Int32, Int32) = (0, 0)
        var body = text[text.index(text.startIndex, offsetBy: 2)..<end]
        while let colon = body.firstIndex(of: ":") {
            let key = PromQLScript.trim(body[..<colon])
            body = body[body.index(after: colon)...]
            var list: [Double] = []
            var word = ""
            if body.hasPrefix("[") {
                let close = body.firstIndex(of: "]") ?? body.endIndex
                list = body[body.index(after: body.startIndex)..<close].split(separator: " ").compactMap {
                    PromQLNotation.number($0)
                }
                body = close < body.endIndex ? body[body.index(after: close)...] : ""
            } else {
                word = String(body.prefix { $0 != " " })
                body = body.dropFirst(word.count)
            }
            let number = PromQLNotation.number(Substring(word)) ?? 0
            switch key {
            case "schema": out.schema = Int32(number)
            case "sum": out.sum = number
            case "count": out.count = number
            case "z_bucket": out.zeroCount = number
            case "z_bucket_w": out.zeroThreshold = number
            case "buckets": out.positive = list
            case "n_buckets": out.negative = list
            case "offset": offset = Int32(number)
            case "n_offset": negativeOffset = Int32(number)
            case "custom_values": out.bounds = list
            case "counter_reset_hint":
                out.resetHint = ["unknown", "reset", "not_reset", "gauge"].firstIndex(of: word).map(UInt8.init) ?? 0
            default: break
            }
        }
        if !out.positive.isEmpty { out.positiveRuns = [.init(offset: offset, length: UInt32(out.positive.count))] }
        if !out.negative.isEmpty {
            out.negativeRuns = [.init(offset: negativeOffset, length: UInt32(out.negative.count))]
        }
        return (out, text[end...].dropFirst(2))
    }
}
