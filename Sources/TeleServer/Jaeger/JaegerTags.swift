import TeleAPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Tags of a search: a JSON object of texts.
enum JaegerTags {
    /// nil for anything else.
    static func read(_ text: String) -> [(key: String, value: String)]? {
        guard let tags = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)) else { return nil }
        return tags.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// Times of the third version's API.
enum JaegerTime {
    /// RFC 3339 as unix nanoseconds; nil for anything else.
    static func nanoseconds(_ text: String) -> UInt64? {
        guard text.utf8.contains(UInt8(ascii: "T")), let time = LokiTime.nanoseconds(text) else { return nil }
        return time >= 0 ? UInt64(time) : nil
    }
}
