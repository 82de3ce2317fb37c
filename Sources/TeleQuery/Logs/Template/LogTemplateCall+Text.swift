import TeleModel
import TeleQL

extension LogTemplateCall {
    func text() throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "__line__": return .string(String(decoding: run.entry.line, as: UTF8.self))
        case "print", "println", "html", "js", "urlquery": return .string(try printing())
        case "printf": return .string(try GoFormat(call: self).text())
        case "ToLower", "lower", "ToUpper", "upper", "title", "TrimSpace", "trim", "urlencode", "urldecode", "b64enc",
            "b64dec", "fromJson":
            try need(1)
            return try one(try string(0))
        case "Trim", "TrimLeft", "TrimRight", "TrimPrefix", "TrimSuffix":
            try need(2)
            return .string(trimmed(try string(0), try string(1)))
        case "trimAll", "trimPrefix", "trimSuffix":
            try need(2)
            return .string(trimmed(try string(1), try string(0)))
        case "contains", "hasPrefix", "hasSuffix":
            try need(2)
            let (part, text) = (Array(try string(0).utf8), Array(try string(1).utf8))
            switch name {
            case "contains": return .bool(ByteSearch.find(part.span, in: text.span) != nil)
            case "hasPrefix": return .bool(text.starts(with: part))
            default: return .bool(text.reversed().starts(with: part.reversed()))
            }
        case "Replace":
            try need(4)
            return .string(try replaced(try string(0), try string(1), try string(2), limit: whole(3)))
        case "replace":
            try need(3)
            return .string(try replaced(try string(2), try string(0), try string(1), limit: -1))
        case "repeat":
            try need(2)
            let text = try string(1)
            return .string(String(repeating: text, count: try bounded(whole(0), of: text.utf8.count)))
        case "indent", "nindent":
            try need(2)
            let text = try string(1)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let pad = String(repeating: " ", count: try bounded(whole(0), of: lines.count))
            return .string((name == "nindent" ? "\n" : "") + pad + lines.joined(separator: "\n" + pad))
        case "alignLeft", "alignRight":
            try need(2)
            let count = try bounded(whole(0))
            let text = try string(1)
            return .string(whole(0) < 0 ? text : aligned(Array(text.unicodeScalars), count))
        case "trunc":
            try need(2)
            return .string(truncated(Array(try string(1).utf8), whole(0)))
        case "substr":
            try need(3)
            return .string(part(Array(try string(2).utf8), whole(0), whole(1)))
        case "regexReplaceAll", "regexReplaceAllLiteral":
            try need(3)
            return .string(try regexReplaced(isLiteral: name == "regexReplaceAllLiteral"))
        case "count":
            try need(2)
            return .int(Int64(matches(try LogTemplatePatterns.pattern(try string(0)), Array(try string(1).utf8)).count))
        default: return nil
        }
    }

    private func one(_ text: String) throws(LogTemplateError) -> LogTemplateValue {
        switch name {
        case "ToLower", "lower": return .string(text.lowercased())
        case "ToUpper", "upper": return .string(text.uppercased())
        case "title": return .string(titled(text))
        case "TrimSpace", "trim": return .string(trimmed(text) { $0.properties.isWhitespace })
        case "urlencode": return .string(PercentText.encoded(text))
        case "urldecode":
            guard let decoded = PercentText.decoded(text) else { throw LogTemplateError("invalid URL escape") }
            return .string(decoded)
        case "b64enc": return .string(Base64Text.encoded(Array(text.utf8)))
        case "b64dec":
            // What is none comes out as the words of Go's decoder.
            guard let bytes = Base64Text.decoded(text) else {
                return .string("illegal base64 data at input byte \(Base64Text.soundCount(text))")
            }
            return .string(String(decoding: bytes, as: UTF8.self))
        default: return LogTemplateJSON.value(Array(text.utf8)) ?? .null
        }
    }

    private func titled(_ text: String) -> String {
        var isStart = true
        var out = ""
        for scalar in text.unicodeScalars {
            out += isStart ? scalar.properties.titlecaseMapping : String(scalar)
            isStart = !scalar.properties.isAlphabetic && scalar.properties.numericType == nil && scalar != "_"
        }
        return out
    }

    private func printing() throws(LogTemplateError) -> String {
        var out = ""
        for (at, value) in arguments.enumerated() {
            // `print` sets blanks between operands when neither is a string, `println` always.
            if at > 0 {
                var isText = false
                if case .string = value { isText = true }
                if case .string = arguments[at - 1] { isText = true }
                if name == "println" || !isText { out += " " }
            }
            out += value.printed(run)
        }
        switch name {
        case "println": return out + "\n"
        case "urlquery": return PercentText.encoded(out)
        case "html":
            return out.replacing("&", with: "&amp;").replacing("'", with: "&#39;").replacing("<", with: "&lt;")
                .replacing(">", with: "&gt;").replacing("\"", with: "&#34;")
        case "js":
            return out.replacing("\\", with: "\\\\").replacing("'", with: "\\'").replacing("\"", with: "\\\"")
                .replacing("<", with: "\\u003C").replacing(">", with: "\\u003E").replacing("&", with: "\\u0026")
                .replacing("=", with: "\\u003D").replacing("\n", with: "\\u000A").replacing("\r", with: "\\u000D")
                .replacing("\t", with: "\\u0009")
        default: return out
        }
    }

    // MARK: Trimming and cutting

    private func trimmed(_ text: String, _ isOut: (Unicode.Scalar) -> Bool, left: Bool = true, right: Bool = true)
        -> String
    {
        var scalars = text.unicodeScalars[...]
        if left { scalars = scalars.drop(while: isOut) }
        if right { while let last = scalars.last, isOut(last) { scalars.removeLast() } }
        return String(String.UnicodeScalarView(scalars))
    }

    private func trimmed(_ text: String, _ cut: String) -> String {
        switch name {
        case "Trim", "trimAll": return trimmed(text, { cut.unicodeScalars.contains($0) })
        case "TrimLeft": return trimmed(text, { cut.unicodeScalars.contains($0) }, right: false)
        case "TrimRight": return trimmed(text, { cut.unicodeScalars.contains($0) }, left: false)
        default:
            let (bytes, part) = (Array(text.utf8), Array(cut.utf8))
            if name.hasSuffix("Prefix") {
                return bytes.starts(with: part) ? String(decoding: bytes.dropFirst(part.count), as: UTF8.self) : text
            }
            let isEnd = bytes.reversed().starts(with: part.reversed())
            return isEnd ? String(decoding: bytes.dropLast(part.count), as: UTF8.self) : text
        }
    }

    private func aligned(_ text: [Unicode.Scalar], _ width: Int) -> String {
        let pad = Array(repeating: " " as Unicode.Scalar, count: max(0, width - text.count))
        let out = name == "alignLeft" ? Array(text.prefix(width)) + pad : pad + Array(text.suffix(width))
        return String(String.UnicodeScalarView(out))
    }

    /// The first bytes, or the last where the count is negative.
    private func truncated(_ text: [UInt8], _ count: Int64) -> String {
        let kept = Int(clamping: count.magnitude)
        return String(decoding: count < 0 ? text.suffix(kept) : text.prefix(kept), as: UTF8.self)
    }

    private func part(_ text: [UInt8], _ start: Int64, _ end: Int64) -> String {
        let low = min(max(0, Int(clamping: start)), text.count)
        let high = end < 0 || end > Int64(text.count) ? text.count : Int(end)
        return low < high ? String(decoding: text[low..<high], as: UTF8.self) : ""
    }

    // MARK: Replacing

    private func replaced(
        _ text: String, _ old: String, _ new: String, limit: Int64
    ) throws(LogTemplateError) -> String {
        let (bytes, part, other) = (Array(text.utf8), Array(old.utf8), Array(new.utf8))
        guard !part.isEmpty else { return text }
        var out: [UInt8] = []
        var at = 0
        var left = limit < 0 ? Int64.max : limit
        while left > 0, let found = ByteSearch.find(part.span, in: bytes.span, from: at) {
            out += bytes[at..<found]
            out += other
            at = found + part.count
            left -= 1
            guard out.count <= Limits.templateBytes else { throw LogTemplateError("\(name): the text is too long") }
        }
        return String(decoding: out + bytes[at...], as: UTF8.self)
    }

    /// Matches from left to right that do not overlap, with their groups as ranges of the text.
    private func matches(_ pattern: Pattern, _ text: [UInt8]) -> [[Range<Int>?]] {
        var out: [[Range<Int>?]] = []
        var at = 0
        // `^` holds at the start alone: behind the first match it can't.
        let isFirstOnly = pattern.source.hasPrefix("^")
        while at <= text.count {
            guard let groups = pattern.captures(in: text.span.extracting(at..<text.count)), let whole = groups[0] else {
                break
            }
            let start = at
            out.append(groups.map { range in range.map { $0.lowerBound + start..<$0.upperBound + start } })
            at += whole.upperBound + (whole.isEmpty ? 1 : 0)
            if isFirstOnly || out.count >= Limits.templateSteps { break }
        }
        return out
    }

    private func regexReplaced(isLiteral: Bool) throws(LogTemplateError) -> String {
        let pattern = try LogTemplatePatterns.pattern(try string(0))
        let text = Array(try string(1).utf8)
        let replacement = try string(2)
        var out: [UInt8] = []
        var at = 0
        for groups in matches(pattern, text) {
            guard let whole = groups[0] else { continue }
            out += text[at..<whole.lowerBound]
            let new =
                isLiteral ? replacement : LogLabelReplacement.expand(replacement, text, groups, pattern.groupNames)
            out += new.utf8
            at = whole.upperBound
            guard out.count <= Limits.templateBytes else { throw LogTemplateError("\(name): the text is too long") }
        }
        return String(decoding: out + text[at...], as: UTF8.self)
    }
}
