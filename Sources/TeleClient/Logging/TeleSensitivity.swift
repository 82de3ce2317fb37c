public import Logging

/// Says of a metadata value whether it may leave the process.
///
/// ```swift
/// logger.info("logged in", metadata: ["mail": "\(mail, sensitivity: .sensitive)"])
/// ```
/// A sensitive value is `<redacted>` on the console and in what is exported. Without a mark it is open, unless
/// ``TeleConfiguration/sensitiveKeys`` names its key.
public enum TeleSensitivity: Int64, Logger.MetadataValueAttributes.Attribute {
    /// To be shown even where ``TeleConfiguration/sensitiveKeys`` names its key.
    case open = 0
    case sensitive = 1
}

extension Logger.MetadataValue.StringInterpolation {
    /// Marks the whole value; see ``TeleSensitivity``.
    public mutating func appendInterpolation<Value>(_ value: Value, sensitivity: TeleSensitivity) {
        appendInterpolation(String(describing: value), attributes: [sensitivity])
    }
}

/// Takes sensitive values out of metadata.
struct Redaction: Sendable {
    static let text = "<redacted>"
    /// In lower case.
    private let keys: Set<String>

    init(keys: Set<String>) { self.keys = Set(keys.map { $0.lowercased() }) }

    /// The usual case, nothing to hide, copies nothing.
    func apply(_ metadata: Logger.Metadata) -> Logger.Metadata {
        guard metadata.contains(where: { hides($0.key, $0.value, depth: 0) }) else { return metadata }
        return clean(metadata, depth: 0)
    }

    private func clean(_ metadata: Logger.Metadata, depth: Int) -> Logger.Metadata {
        var clean = metadata
        for (key, value) in metadata where hides(key, value, depth: depth) {
            clean[key] = isSensitive(key, value) ? .string(Self.text) : cleaned(value, depth: depth)
        }
        return clean
    }

    private func cleaned(_ value: Logger.MetadataValue, depth: Int) -> Logger.MetadataValue {
        guard depth < ClientLimits.depth else { return .string(Self.text) }
        switch value {
        case .dictionary(let members): return .dictionary(clean(members, depth: depth + 1))
        case .array(let values):
            return .array(values.map { hides("", $0, depth: depth + 1) ? cleaned($0, depth: depth + 1) : $0 })
        case .string, .stringConvertible: return .string(Self.text)
        }
    }

    /// Whether anything in it has to go. What lies deeper than the encoder goes is text there, and goes when any key
    /// could be meant.
    private func hides(_ key: String, _ value: Logger.MetadataValue, depth: Int) -> Bool {
        if isSensitive(key, value) { return true }
        switch value {
        case .string, .stringConvertible: return false
        case .dictionary(let members):
            guard depth < ClientLimits.depth else { return !members.isEmpty }
            return members.contains { hides($0.key, $0.value, depth: depth + 1) }
        case .array(let values):
            guard depth < ClientLimits.depth else { return !values.isEmpty }
            return values.contains { hides("", $0, depth: depth + 1) }
        }
    }

    private func isSensitive(_ key: String, _ value: Logger.MetadataValue) -> Bool {
        if case .stringConvertible = value, let mark = value.attributes[TeleSensitivity.self] {
            return mark == .sensitive
        }
        return !keys.isEmpty && keys.contains(key.lowercased())
    }
}
