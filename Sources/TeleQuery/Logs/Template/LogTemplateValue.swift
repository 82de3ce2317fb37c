import TeleModel

/// A value of a template.
package indirect enum LogTemplateValue {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    /// Unix nanoseconds.
    case time(Int64)
    case list([LogTemplateValue])
    /// Sorted by name.
    case map([(name: String, value: LogTemplateValue)])
    /// The labels of the entry.
    case labels
    case object(any LogTemplateObject)

    package var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .double(let value): value != 0
        case .string(let text): !text.isEmpty
        case .time: true
        case .list(let elements): !elements.isEmpty
        case .map(let members): !members.isEmpty
        case .labels: true
        case .object(let object): object.isTrue
        }
    }

    /// As Go prints it with `%v`.
    package func printed(_ run: LogTemplateRun) -> String {
        switch self {
        case .null: return "<no value>"
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .double(let value): return LogTemplateValue.text(value)
        case .string(let text): return text
        case .time(let time): return GoTime.format(time, "2006-01-02 15:04:05.999999999 -0700 MST")
        case .list(let elements): return "[" + elements.map { $0.printed(run) }.joined(separator: " ") + "]"
        case .map(let members):
            return "map[" + members.map { "\($0.name):\($0.value.printed(run))" }.joined(separator: " ") + "]"
        case .labels:
            let pairs = run.entry.labels.pairs(.stream, .metadata, .parsed)
            return "map[" + pairs.map { "\($0.name):\($0.value)" }.joined(separator: " ") + "]"
        case .object(let object): return object.printed
        }
    }

    /// Go's `%v` of a float64: the shortest digits, an exponent below 1e-4 and from 1e21 on.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        var out: [UInt8] = []
        FloatText.append(value, .json, to: &out)
        let plain = String(decoding: out, as: UTF8.self)
        let magnitude = abs(value)
        guard magnitude != 0, magnitude < 1e-4, !plain.contains("e") else { return plain }
        let digits = "\(magnitude)"
        return (value < 0 ? "-" : "") + digits.replacing("e-5", with: "e-05").replacing("e-6", with: "e-06")
    }
}
