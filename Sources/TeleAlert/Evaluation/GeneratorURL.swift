/// Links from an alert to what it was made of.
package enum GeneratorURL {
    /// Prometheus' form for PromQL, which dashboards and tools know; for the other languages the query itself.
    package static func text(_ rule: Rule, base: String) -> String {
        let query = escaped(rule.expression)
        return switch rule.language {
        case .promql: "\(base)/graph?g0.expr=\(query)&g0.tab=1"
        case .logql: "\(base)/loki/api/v1/query?query=\(query)"
        case .traceql: "\(base)/tempo/api/metrics/query?q=\(query)"
        case .native: "\(base)/"
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
