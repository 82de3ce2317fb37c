import Logging
import TeleModel

/// One event as one line of standard error, written by one call so that lines of several threads do not mix.
struct ConsoleLine {
    let out: String

    func write() { Process.writeToStandardError(out) }

    /// `2026-11-21T05:55:31.123Z warning checkout: payment is slow (amount=12 trace=4bf92f35...)`. Line ends in
    /// values are escaped: an event is one line.
    static func text(
        _ event: LogEvent, label: String, time: UInt64, metadata: Logger.Metadata, span: SpanContext?
    ) -> ConsoleLine {
        var out = "\(UnixTime.rfc3339(time)) \(event.level.rawValue) \(label): \(oneLine(event.message.description))"
        var parts = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\(oneLine($0.value.description))" }
        if let error = event.error { parts.append("error=\(oneLine(String(describing: error)))") }
        if let span { parts.append("trace=\(span.traceID.hex)") }
        if !parts.isEmpty { out += " (\(parts.joined(separator: " ")))" }
        return ConsoleLine(out: out + "\n")
    }

    static func json(
        _ event: LogEvent, label: String, time: UInt64, metadata: Logger.Metadata, span: SpanContext?
    ) -> ConsoleLine {
        var fields = [
            ("time", UnixTime.rfc3339(time)), ("level", event.level.rawValue), ("logger", label),
            ("message", event.message.description),
        ]
        if let error = event.error { fields.append(("error", String(describing: error))) }
        if let span { fields += [("trace_id", span.traceID.hex), ("span_id", span.spanID.hex)] }
        var members = fields.map { "\"\($0.0)\":\"\(jsonEscaped($0.1))\"" }
        let own = metadata.sorted { $0.key < $1.key }
            .map { "\"\(jsonEscaped($0.key))\":\"\(jsonEscaped($0.value.description))\"" }
        if !own.isEmpty { members.append("\"metadata\":{\(own.joined(separator: ","))}") }
        return ConsoleLine(out: "{\(members.joined(separator: ","))}\n")
    }

    static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 }) else { return text }
        return jsonEscaped(text)
    }

    private static func jsonEscaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 {
                    out += "\\u" + Hex.string(UInt64(scalar.value)).suffix(4)
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out
    }
}
