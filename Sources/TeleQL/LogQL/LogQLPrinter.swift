import TeleModel

/// Queries as Loki prints them: one line where it fits, else a stage or an operand a line.
package enum LogQLPrinter {
    /// Longer expressions are split (Loki's `maxCharsPerLine`).
    private static let lineWidth = 100

    package static func text(_ query: LogQLExpression) -> String {
        switch query {
        case .log(let pipeline): pretty(pipeline, 0)
        case .metric(let metric): pretty(metric, 0)
        }
    }

    private static func indent(_ level: Int) -> String { String(repeating: "  ", count: level) }

    private static func pretty(_ pipeline: LogQLPipeline, _ level: Int) -> String {
        let line = self.line(pipeline)
        guard line.utf8.count > lineWidth, !pipeline.stages.isEmpty else { return indent(level) + line }
        let parts = [indent(level) + selector(pipeline)] + pipeline.stages.map { indent(level + 1) + stage($0) }
        return parts.joined(separator: "\n")
    }

    private static func pretty(_ metric: LogQLMetric, _ level: Int) -> String {
        let line = self.line(metric)
        guard line.utf8.count > lineWidth else { return indent(level) + line }
        switch metric {
        case .range(let range):
            var inner = pretty(range.pipeline, level + 1)
            if let unwrap = range.unwrap { inner += "\n" + indent(level + 2) + self.unwrap(unwrap) }
            inner += " [\(DurationText.prometheus(range.range))]" + offset(range.offset)
            let parameter = range.parameter.map { indent(level + 1) + number($0) + ",\n" } ?? ""
            return indent(level) + range.operation.rawValue + "(\n" + parameter + inner + "\n" + indent(level) + ")"
                + grouping(range.grouping)
        case .aggregation(let operation, let parameter, let by, let inner):
            let first = parameter.map { indent(level + 1) + String($0) + ",\n" } ?? ""
            return indent(level) + operation.rawValue + grouping(by) + "(\n" + first + pretty(inner, level + 1) + "\n"
                + indent(level) + ")"
        case .binary(let operation, let returnsBool, let matching, let left, let right):
            return pretty(left, level + 1) + "\n" + indent(level) + binary(operation, returnsBool, matching) + "\n"
                + pretty(right, level + 1)
        case .labelReplace(let inner, let replacement):
            return indent(level) + "label_replace(\n" + pretty(inner, level + 1) + ",\n" + indent(level + 1)
                + arguments(replacement) + "\n" + indent(level) + ")"
        case .literal, .vector, .variants: return indent(level) + line
        }
    }

    // MARK: One line

    private static func line(_ pipeline: LogQLPipeline) -> String {
        ([selector(pipeline)] + pipeline.stages.map(stage)).joined(separator: " ")
    }

    private static func selector(_ pipeline: LogQLPipeline) -> String {
        "{" + pipeline.matchers.map(matcher).joined(separator: ", ") + "}"
    }

    private static func line(_ metric: LogQLMetric) -> String {
        switch metric {
        case .literal(let value): return number(value)
        case .vector(let value): return "vector(" + fixed(value) + ")"
        case .range(let range):
            let parameter = range.parameter.map { number($0) + "," } ?? ""
            return range.operation.rawValue + "(" + parameter + self.range(range) + ")" + grouping(range.grouping)
        case .aggregation(let operation, let parameter, let by, let inner):
            let first = parameter.map { String($0) + "," } ?? ""
            return operation.rawValue + grouping(by) + "(" + first + line(inner) + ")"
        case .binary(let operation, let returnsBool, let matching, let left, let right):
            return "(" + line(left) + " " + binary(operation, returnsBool, matching) + " " + line(right) + ")"
        case .labelReplace(let inner, let replacement):
            return "label_replace(" + line(inner) + "," + arguments(replacement) + ")"
        case .variants(let metrics, let of):
            return "variants(" + metrics.map(line).joined(separator: ", ") + ") of (" + range(of) + ")"
        }
    }

    private static func arguments(_ replacement: LogQLLabelReplace) -> String {
        // The pattern was anchored when it was read; its source was not.
        [replacement.target, replacement.replacement, replacement.source, replacement.pattern.source]
            .map(QuotedText.quote).joined(separator: ",")
    }

    private static func range(_ range: LogQLRangeAggregation) -> String {
        line(range.pipeline) + (range.unwrap.map { " " + unwrap($0) } ?? "")
            + "[\(DurationText.prometheus(range.range))]"
            + offset(range.offset)
    }

    private static func offset(_ value: Int64) -> String { value == 0 ? "" : " offset " + DurationText.go(value) }

    private static func unwrap(_ unwrap: LogQLUnwrap) -> String {
        let label =
            unwrap.conversion == .none ? unwrap.label : "\(unwrap.conversion.rawValue)(\(unwrap.label))"
        return "| unwrap " + label + unwrap.filters.map { " | " + filter($0) }.joined()
    }

    private static func grouping(_ grouping: LogQLGrouping?) -> String {
        guard let grouping else { return "" }
        return (grouping.isWithout ? " without (" : " by (") + grouping.labels.joined(separator: ",") + ")"
    }

    private static func binary(
        _ operation: LogQLBinaryOperation, _ returnsBool: Bool, _ matching: LogQLMatching
    ) -> String {
        var out = operation.rawValue + (returnsBool ? " bool" : "")
        guard matching.isOn || !matching.labels.isEmpty else { return out }
        out += (matching.isOn ? " on (" : " ignoring (") + matching.labels.joined(separator: ",") + ")"
        switch matching.cardinality {
        case .oneToOne: return out
        case .manyToOne(let labels): return out + " group_left (" + labels.joined(separator: ",") + ")"
        case .oneToMany(let labels): return out + " group_right (" + labels.joined(separator: ",") + ")"
        }
    }

    private static func number(_ value: Double) -> String {
        var out: [UInt8] = []
        FloatText.append(value, .json, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Six digits behind the point, as Loki prints `vector`.
    private static func fixed(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return number(value) }
        let scaled = Int64((value * 1e6).rounded())
        let digits = String(scaled.magnitude % 1_000_000)
        return (scaled < 0 ? "-" : "") + String(scaled.magnitude / 1_000_000) + "."
            + String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }
}
