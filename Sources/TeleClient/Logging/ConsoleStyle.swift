import Logging
import TeleModel
import Tracing

/// How lines on standard error look, decided once.
enum ConsoleStyle: Sendable, Equatable {
    case off
    case development(isColoured: Bool)
    case text
    case json

    init(_ console: TeleConfiguration.Console) {
        switch console {
        case .off: self = .off
        case .text: self = .text
        case .json: self = .json
        case .development: self = .development(isColoured: Self.hasColour)
        case .automatic:
            self = Process.hasTerminal ? .development(isColoured: Self.hasColour) : .text
        }
    }

    private static var hasColour: Bool {
        Process.hasTerminal && (Process.environment("NO_COLOR") ?? "").isEmpty
    }
}

extension ConsoleLine {
    /// `05:55:31.123 WARN  payment is slow  amount=12  checkout Payments.swift:52 trace=4bf92f35...`: what is looked for
    /// first stands first, and everything has its column as far as it can.
    static func development(
        _ event: LogEvent, label: String, time: UInt64, metadata: Logger.Metadata, span: SpanContext?, isColoured: Bool
    ) -> ConsoleLine {
        func coloured(_ text: String, _ code: String) -> String {
            isColoured && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
        }
        let (name, code) = mark(event.level)
        var parts = [
            coloured(String(UnixTime.rfc3339(time).dropFirst(11).dropLast()), "2"), coloured(name, code),
            oneLine(event.message.description),
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            parts.append("\(coloured("\(key)=", "36"))\(oneLine(value.description))")
        }
        if let error = event.error {
            parts.append("\(coloured("error=", "31"))\(oneLine(String(describing: error)))")
        }
        let file = event.file.split(separator: "/").last.map(String.init) ?? event.file
        var origin = "\(label) \(file):\(event.line)"
        if let span { origin += " trace=\(span.traceID.hex)" }
        parts.append(coloured(origin, "2"))
        return ConsoleLine(out: parts.joined(separator: " ") + "\n")
    }

    /// Five characters, and the terminal's code of its colour.
    private static func mark(_ level: Logger.Level) -> (String, String) {
        switch level {
        case .trace: ("TRACE", "2")
        case .debug: ("DEBUG", "34")
        case .info: ("INFO ", "32")
        case .notice: ("NOTE ", "32;1")
        case .warning: ("WARN ", "33;1")
        case .error: ("ERROR", "31;1")
        case .critical: ("FATAL", "41;97;1")
        }
    }

    /// `span checkout 12.345 ms error trace=... span=...`, for development.
    static func span(_ state: SpanState, id: SpanID, traceID: TraceID, took: UInt64) -> ConsoleLine {
        let microseconds = took / 1_000
        let rest = String(microseconds % 1_000)
        let fraction = String(repeating: "0", count: 3 - rest.utf8.count) + rest
        let status = state.status?.code == .error ? " error" : ""
        var attributes: [String] = []
        state.attributes.forEach { key, value in attributes.append(" \(key)=\(oneLine("\(value)"))") }
        return ConsoleLine(
            out: "span \(oneLine(state.name)) \(microseconds / 1_000).\(fraction) ms\(status)"
                + attributes.sorted().joined() + " trace=\(traceID.hex) span=\(id.hex)\n")
    }

    /// `metric http.requests{route=/a} 12`, for development.
    static func metric(_ series: MetricSeries) -> ConsoleLine {
        let dimensions = series.dimensions.map { "\($0.key)=\(oneLine($0.value))" }.joined(separator: ",")
        func text(_ summary: HistogramSummary) -> String { "count=\(summary.count) sum=\(summary.sum)" }
        let value =
            switch series.value {
            case .int(let value): String(value)
            case .double(let value): "\(value)"
            case .explicit(let histogram): text(histogram.summary)
            case .exponential(let histogram): text(histogram.summary)
            }
        let labels = dimensions.isEmpty ? "" : "{\(dimensions)}"
        return ConsoleLine(out: "metric \(oneLine(series.instrument.label))\(labels) \(value)\n")
    }
}
