internal import TeleModel
internal import TeleQL

/// Links from an alert to what it was made of.
package enum GeneratorURL {
    /// The expression on the page of its language, from an hour before the alert's condition became true.
    static func text(_ rule: Rule, _ alert: ActiveAlert, base: String) -> String {
        let fired = alert.firedAt ?? alert.activeAt
        let from = min(alert.activeAt, fired).subtractingSaturated(3_600_000)
        let view: String
        switch rule.language {
        case .promql: view = "metrics"
        case .logql: view = "logs"
        case .traceql: view = "traces"
        case .native: return "\(base)/#/status"
        }
        let query = rule.language == .traceql ? spans(rule) : rule.expression
        return page(view, query, base: base, from: from, to: fired.addingSaturated(900_000))
    }

    /// A view of the web pages; times are unix milliseconds.
    static func page(_ view: String, _ query: String, base: String, from: Int64, to: Int64) -> String {
        "\(base)/#/\(view)?q=\(escaped(query))&from=\(from)&to=\(to)"
    }

    /// What a TraceQL rule counts: its expression up to the function that counts.
    private static func spans(_ rule: Rule) -> String {
        guard case .traceql(let metric, _) = rule.query, let function = function(metric) else { return rule.expression }
        let parts = rule.expression.split(separator: "|", omittingEmptySubsequences: false)
        let end = parts.firstIndex { part in
            part.drop(while: \.isWhitespace).prefix { $0 != "(" && !$0.isWhitespace } == function
        }
        return end.map { parts[..<$0].joined(separator: "|") } ?? rule.expression
    }

    private static func function(_ metric: TraceQLMetric) -> String? {
        switch metric {
        case .spans(let spans): spans.function.rawValue
        case .filter(let inner, _, _), .top(let inner, _, _): function(inner)
        case .number, .binary: nil
        }
    }

    /// As Go's url.QueryEscape.
    package static func escaped(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: out.append(byte)
            case 0x20: out.append(0x2b)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
