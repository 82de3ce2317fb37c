import TeleModel

extension TraceQLField {
    /// As it is written: what names a group of `by()` and a label of a metric.
    package var text: String {
        switch self {
        case .literal(let value): value.text
        case .intrinsic(let intrinsic): intrinsic.resultName
        case .attribute(let scope, let name): scope.rawValue + "." + TraceQLField.quoted(name)
        case .not(let inner): "!" + inner.operandText
        case .negative(let inner): "-" + inner.operandText
        case .binary(let operation, let a, let b): "\(a.operandText) \(operation.rawValue) \(b.operandText)"
        case .matches(let inner, let pattern, let isNegative):
            "\(inner.operandText) \(isNegative ? "!~" : "=~") \(QuotedText.quote(pattern.source))"
        case .textEquals(let inner, let text): "\(inner.operandText) = \(QuotedText.quote(text))"
        }
    }

    private var operandText: String {
        switch self {
        case .literal, .intrinsic, .attribute: text
        default: "(\(text))"
        }
    }

    private static func quoted(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { $0 > 0x20 && !"\"{}()=~!<>&|^,`\\".utf8.contains($0) }
        return isPlain ? name : QuotedText.quote(name)
    }

    /// `nestedSetParent < 0`, as Grafana asks for roots: a span without a parent, which it tells by itself.
    package var isRootTest: Bool {
        guard case .binary(let operation, .intrinsic(.nestedSetParent), .literal(.int(let bound))) = self else {
            return false
        }
        return operation == .less && bound == 0 || operation == .lessOrEqual && bound == -1
            || operation == .equal && bound == -1
    }

    /// Whether it looks at anything of a span.
    var looksAtSpan: Bool {
        switch self {
        case .literal: false
        case .intrinsic, .attribute: true
        case .not(let inner), .negative(let inner), .matches(let inner, _, _), .textEquals(let inner, _):
            inner.looksAtSpan
        case .binary(_, let a, let b): a.looksAtSpan || b.looksAtSpan
        }
    }
}

extension TraceQLValue {
    /// As a query writes it, strings without quotes' escapes undone.
    var text: String {
        switch self {
        case .missing: "nil"
        case .string(let text): QuotedText.quote(text)
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .bool(let value): value ? "true" : "false"
        case .duration(let value): String(value) + "ns"
        case .status(let code): code == 2 ? "error" : code == 1 ? "ok" : "unset"
        case .kind(let kind):
            ["unspecified", "internal", "server", "client", "producer", "consumer"].indices.contains(Int(kind))
                ? ["unspecified", "internal", "server", "client", "producer", "consumer"][Int(kind)] : String(kind)
        }
    }
}
