import Logging
import TeleModel
import TeleWire
import Tracing

/// OTLP's LogRecord message.
struct LogEncoder {
    let time: UInt64
    let span: SpanContext?
    let metadata: Logger.Metadata
    let hasSource: Bool
    let limits: TeleConfiguration.LogLimits

    func encode(_ event: LogEvent) -> [UInt8] {
        var writer = ProtobufWriter(capacity: 256)
        writer.fixed64(1, time)
        writer.uint64(2, Self.severity(event.level))
        writer.string(3, event.level.rawValue.uppercased())
        writer.message(5) { (body: inout ProtobufWriter) in
            body.text(event.message.description, limit: ClientLimits.messageBytes)
        }
        var written = 0
        for (key, value) in metadata where written < limits.attributes {
            writer.attribute(6, key) { $0.metadata(value, depth: 0, limit: limits.valueBytes) }
            written += 1
        }
        if let error = event.error {
            writer.attribute(6, "exception.type", text: String(reflecting: type(of: error)))
            writer.attribute(6, "exception.message", text: String(describing: error), limit: limits.valueBytes)
        }
        if hasSource {
            writer.attribute(6, "code.file.path", text: event.file)
            writer.attribute(6, "code.line.number", int: Int64(clamping: event.line))
            writer.attribute(6, "code.function.name", text: event.function)
        }
        if metadata.count > written { writer.uint64(7, UInt64(metadata.count - written)) }
        if let span {
            writer.fixed32(8, span.isSampled ? 1 : 0)
            writer.traceID(9, span.traceID)
            writer.spanID(10, span.spanID)
        }
        writer.fixed64(11, time)
        return writer.bytes
    }

    /// OTLP's severity numbers; swift-log's notice is between info and warning and so is "INFO2".
    private static func severity(_ level: Logger.Level) -> UInt64 {
        switch level {
        case .trace: 1
        case .debug: 5
        case .info: 9
        case .notice: 10
        case .warning: 13
        case .error: 17
        case .critical: 21
        }
    }
}

extension ProtobufWriter {
    /// Numbers and truth values that were given as such stay what they are.
    mutating func metadata(_ value: Logger.MetadataValue, depth: Int, limit: Int) {
        guard depth < ClientLimits.depth else { return text(value.description, limit: limit) }
        switch value {
        case .string(let value): text(value, limit: limit)
        case .stringConvertible(let value):
            switch value {
            case let value as Int: int(Int64(value))
            case let value as Int64: int(value)
            case let value as Double: float(value)
            case let value as Bool: flag(value)
            default: text(value.description, limit: limit)
            }
        case .array(let values): array(values) { $0.metadata($1, depth: depth + 1, limit: limit) }
        case .dictionary(let values):
            message(6) { (map: inout ProtobufWriter) in
                for (key, value) in values.prefix(ClientLimits.elements) {
                    map.attribute(1, key) { $0.metadata(value, depth: depth + 1, limit: limit) }
                }
            }
        }
    }
}
