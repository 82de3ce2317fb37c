import TeleModel

extension LogQLPrinter {
    static func matcher(_ matcher: Matcher) -> String {
        let operation =
            switch matcher.operation {
            case .equal: "="
            case .notEqual: "!="
            case .matches: "=~"
            case .matchesNot: "!~"
            }
        return matcher.name + operation + QuotedText.quote(matcher.value)
    }

    static func stage(_ stage: LogQLStage) -> String {
        switch stage {
        case .line(let filter):
            return filter.operation.rawValue + " " + filter.tests.map(test).joined(separator: " or ")
        case .json(let extractions): return "| json" + list(extractions)
        case .logfmt(let strict, let keepEmpty, let extractions):
            return "| logfmt" + (strict ? " --strict" : "") + (keepEmpty ? " --keep-empty" : "") + list(extractions)
        case .label(let filter): return "| " + self.filter(filter)
        case .drop(let picks): return "| drop " + picks.map(pick).joined(separator: ",")
        case .keep(let picks): return "| keep " + picks.map(pick).joined(separator: ",")
        case .decolorize: return "| decolorize"
        case .regexp(let pattern): return "| regexp " + QuotedText.quote(pattern.source)
        case .pattern(let pattern): return "| pattern " + QuotedText.quote(pattern.source)
        case .unpack: return "| unpack"
        case .lineFormat(let template): return "| line_format " + QuotedText.quote(template.source)
        case .labelFormat(let formats):
            let shown = formats.map { format in
                switch format.source {
                case .label(let name): "\(format.name)=\(name)"
                case .template(let template): "\(format.name)=\(QuotedText.quote(template.source))"
                }
            }
            return "| label_format " + shown.joined(separator: ",")
        }
    }

    private static func test(_ test: LogQLLineFilter.Test) -> String {
        switch test {
        case .text(let text): QuotedText.quote(String(decoding: text, as: UTF8.self))
        case .matches(let pattern): QuotedText.quote(pattern.source)
        case .fits(let pattern): QuotedText.quote(pattern.source)
        case .address(let range): "ip(\(QuotedText.quote(range.source)))"
        }
    }

    private static func list(_ extractions: [LogQLExtraction]) -> String {
        guard !extractions.isEmpty else { return "" }
        return " " + extractions.map { "\($0.name)=\(QuotedText.quote($0.path))" }.joined(separator: ",")
    }

    private static func pick(_ pick: LogQLLabelPick) -> String { pick.matcher.map(matcher) ?? pick.name }

    static func filter(_ filter: LogQLLabelFilter) -> String {
        switch filter {
        case .text(let matcher): return self.matcher(matcher)
        case .number(let name, let comparison, let value):
            var out: [UInt8] = []
            FloatText.append(value, .json, to: &out)
            return name + comparison.rawValue + String(decoding: out, as: UTF8.self)
        case .duration(let name, let comparison, let value):
            return name + comparison.rawValue + DurationText.go(value)
        case .size(let name, let comparison, let value): return name + comparison.rawValue + "\(value)B"
        case .address(let name, let isNegative, let range):
            return name + (isNegative ? "!=" : "=") + "ip(\(QuotedText.quote(range.source)))"
        case .and(let a, let b): return "( " + self.filter(a) + " , " + self.filter(b) + " )"
        case .or(let a, let b): return "( " + self.filter(a) + " or " + self.filter(b) + " )"
        }
    }
}
