internal import TeleModel

extension PromExpr: CustomStringConvertible {
    /// The expression in Prometheus' canonical form.
    package var description: String {
        switch kind {
        case .number(let value, let isDuration):
            isDuration
                ? (PromDuration.milliseconds(value.magnitude).map {
                    (value < 0 ? "-" : "") + PromDuration.text(milliseconds: $0)
                }
                    ?? FloatText.string(value)) : FloatText.string(value)
        case .string(let text): PromPrinter.quote(text)
        case .selector(let selector): PromPrinter.print(selector, range: nil)
        case .matrix(let selector, let range): PromPrinter.print(selector, range: "[\(range)]")
        case .subquery(let subquery):
            "\(subquery.inner)[\(subquery.range):\(subquery.step.map { "\($0)" } ?? "")]"
                + PromPrinter.suffix(subquery.offset, subquery.at)
        case .negate(let inner): "-\(inner)"
        case .paren(let inner): "(\(inner))"
        case .binary(let binary): PromPrinter.print(binary)
        case .aggregate(let aggregate): PromPrinter.print(aggregate)
        case .call(let call):
            "\(call.function.name)(\(call.arguments.map(\.description).joined(separator: ", ")))"
        }
    }
}

extension PromDuration: CustomStringConvertible {
    package var description: String {
        switch self {
        case .seconds(let seconds, let isUnit):
            isUnit
                ? PromDuration.text(milliseconds: PromDuration.milliseconds(seconds) ?? 0)
                : PromDuration.text(milliseconds: PromDuration.milliseconds(seconds) ?? 0)
        case .step: "step()"
        case .range: "range()"
        case .negate(let inner): "-\(inner)"
        case .paren(let inner): "(\(inner))"
        case .binary(let operation, let a, let b): "\(a) \(operation.rawValue) \(b)"
        case .least(let a, let b): "min_of(\(a), \(b))"
        case .greatest(let a, let b): "max_of(\(a), \(b))"
        }
    }
}

package enum PromPrinter {
    /// A string in double quotes with Go's escapes.
    package static func quote(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\r": out += "\\r"
            case "\0"..<" ", "\u{7f}":
                let hex = String(scalar.value, radix: 16)
                out += "\\x" + (hex.utf8.count < 2 ? "0" : "") + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// Whether a metric name needs no quotes.
    package static func isPlain(_ name: String, allowsColon: Bool = false) -> Bool {
        guard let first = name.utf8.first, !PromLexer.isDigit(first) else { return false }
        return name.utf8.allSatisfy { PromLexer.isWord($0) || (allowsColon && $0 == 0x3a) }
    }

    internal static func label(_ name: String) -> String { isPlain(name) ? name : quote(name) }

    internal static func print(_ selector: PromSelector, range: String?) -> String {
        var matchers = selector.matchers
        var out = ""
        var inner: [String] = []
        if let name = selector.name {
            if let i = matchers.lastIndex(where: { $0.name == "__name__" && $0.operation == .equal }) {
                matchers.remove(at: i)
            }
            if isPlain(name, allowsColon: true) { out = name } else { inner.append(quote(name)) }
        }
        inner += matchers.map { matcher in
            let symbol =
                switch matcher.operation {
                case .equal: "="
                case .notEqual: "!="
                case .matches: "=~"
                case .matchesNot: "!~"
                }
            return label(matcher.name) + symbol + quote(matcher.value)
        }
        if !inner.isEmpty { out += "{" + inner.joined(separator: ",") + "}" }
        out += range ?? ""
        switch selector.edges {
        case .samples: break
        case .anchored: out += " anchored"
        case .smoothed: out += " smoothed"
        }
        return out + suffix(selector.offset, selector.at)
    }

    internal static func suffix(_ offset: PromDuration?, _ at: PromAt?) -> String {
        var out = ""
        switch at {
        case nil: break
        case .start: out += " @ start()"
        case .end: out += " @ end()"
        case .time(let time):
            let rest = String(time.magnitude % 1000)
            out +=
                " @ \(time < 0 ? "-" : "")\(time.magnitude / 1000)."
                + String(repeating: "0", count: 3 - rest.utf8.count) + rest
        }
        if let offset { out += " offset \(offset)" }
        return out
    }

    internal static func print(_ binary: PromBinary) -> String {
        var middle = " \(binary.operation.rawValue)"
        if binary.returnsBool { middle += " bool" }
        if let matching = binary.matching {
            if matching.isOn || !matching.labels.isEmpty || matching.cardinality == .manyToOne
                || matching.cardinality == .oneToMany
            {
                middle += matching.isOn ? " on (" : " ignoring ("
                middle += matching.labels.map(label).joined(separator: ", ") + ")"
            }
            if matching.cardinality == .manyToOne || matching.cardinality == .oneToMany {
                middle += matching.cardinality == .manyToOne ? " group_left (" : " group_right ("
                middle += matching.include.map(label).joined(separator: ", ") + ")"
            }
            switch (matching.fillLeft, matching.fillRight) {
            case (let a?, let b?) where a == b || a.isNaN && b.isNaN: middle += " fill (\(FloatText.string(a)))"
            case (let a, let b):
                if let a { middle += " fill_left (\(FloatText.string(a)))" }
                if let b { middle += " fill_right (\(FloatText.string(b)))" }
            }
        }
        return "\(binary.left)\(middle) \(binary.right)"
    }

    internal static func print(_ aggregate: PromAggregate) -> String {
        var out = aggregate.operation.rawValue
        let labels = aggregate.grouping.map(label).joined(separator: ", ")
        if aggregate.isWithout {
            out += " without (\(labels)) "
        } else if !aggregate.grouping.isEmpty {
            out += " by (\(labels)) "
        }
        return out + "(" + (aggregate.parameter.map { "\($0), " } ?? "") + "\(aggregate.inner))"
    }
}
