package import TeleModel

extension PromNotation {
    /// Native histograms at the beginning of a text, and what follows them.
    static func histograms(_ text: Substring) throws(PromNotationError) -> ([Value?], Substring) {
        let (first, tail) = try histogram(text)
        var rest = tail
        var step: NativeHistogram?
        if rest.hasPrefix("+{{") || rest.hasPrefix("-{{") {
            let (second, tail) = try histogram(rest.dropFirst())
            step = second.scaled(by: rest.hasPrefix("-") ? -1 : 1)
            rest = tail
        }
        guard rest.hasPrefix("x") else {
            if step != nil { throw PromNotationError("a histogram that grows says how often: x10") }
            return ([.histogram(first)], rest)
        }
        let digits = rest.dropFirst().prefix { $0.isNumber }
        let count = try times(digits, text.prefix(60))
        rest = rest.dropFirst(1 + digits.count)
        var out: [Value?] = []
        var value = first
        for _ in 0...count {
            out.append(.histogram(value))
            guard let step else { continue }
            guard let sum = value.adding(step) else {
                throw PromNotationError("histograms of different boundaries can't be added")
            }
            value = sum
        }
        return (out, rest)
    }

    /// `{{schema:0 sum:5 count:4 buckets:[1 2 1]}}`.
    package static func histogram(_ text: Substring) throws(PromNotationError) -> (NativeHistogram, Substring) {
        guard text.hasPrefix("{{"), let end = text.dropFirst(2).firstIndex(of: "}"), text[end...].hasPrefix("}}") else {
            throw PromNotationError("a histogram stands in {{ and }}")
        }
        var out = NativeHistogram()
        var (offset, negativeOffset): (Int32, Int32) = (0, 0)
        var body = text[text.index(text.startIndex, offsetBy: 2)..<end]
        while let colon = body.firstIndex(of: ":") {
            let key = body[..<colon].filter { $0 != " " }
            body = body[body.index(after: colon)...]
            if body.hasPrefix("[") {
                let close = body.firstIndex(of: "]") ?? body.endIndex
                var list: [Double] = []
                for word in body[..<close].dropFirst().split(separator: " ") { list.append(try value(word, key)) }
                body = body[close...].dropFirst()
                switch key {
                case "buckets": out.positive = list
                case "n_buckets": out.negative = list
                case "custom_values": out.bounds = list
                default: throw PromNotationError("\(key) of a histogram takes no list")
                }
                continue
            }
            let word = body.prefix { $0 != " " }
            body = body.dropFirst(word.count)
            switch key {
            case "schema": out.schema = try whole(word, key, -53...8)
            case "sum": out.sum = try value(word, key)
            case "count": out.count = try value(word, key)
            case "z_bucket": out.zeroCount = try value(word, key)
            case "z_bucket_w": out.zeroThreshold = try value(word, key)
            case "offset": offset = try whole(word, key, -100_000...100_000)
            case "n_offset": negativeOffset = try whole(word, key, -100_000...100_000)
            case "counter_reset_hint":
                guard let hint = ["unknown", "reset", "not_reset", "gauge"].firstIndex(of: String(word)) else {
                    throw PromNotationError("counter_reset_hint of a histogram can't be \"\(word)\"")
                }
                out.resetHint = UInt8(hint)
            default: throw PromNotationError("a histogram has no \"\(key)\"")
            }
        }
        if !out.positive.isEmpty { out.positiveRuns = [.init(offset: offset, length: UInt32(out.positive.count))] }
        if !out.negative.isEmpty {
            out.negativeRuns = [.init(offset: negativeOffset, length: UInt32(out.negative.count))]
        }
        return (out, text[end...].dropFirst(2))
    }

    private static func value(_ word: Substring, _ key: String) throws(PromNotationError) -> Double {
        guard let value = number(word) else {
            throw PromNotationError("\(key) of a histogram: \"\(word)\" is no number")
        }
        return value
    }

    private static func whole(
        _ word: Substring, _ key: String, _ range: ClosedRange<Int32>
    ) throws(PromNotationError) -> Int32 {
        guard let value = Int32(word), range.contains(value) else {
            throw PromNotationError("\(key) of a histogram: \"\(word)\" is no whole number that can be")
        }
        return value
    }
}
