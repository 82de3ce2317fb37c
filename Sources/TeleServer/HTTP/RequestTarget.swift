internal import TeleModel

/// A request's path and query string, taken apart. Segments are split before they are decoded, so that `%2F` stays
/// within its segment; escapes that are none stay as they are, bytes that are no UTF-8 become U+FFFD.
package struct RequestTarget: Sendable {
    /// Percent-decoded, without the empty ones that a leading or trailing slash makes.
    package var segments: [String]
    /// After the first `?`, as it was sent.
    package var query: Substring

    package init(_ target: String) {
        let path = target.prefix { $0 != "?" && $0 != "#" }
        let rest = target[path.endIndex...]
        query = rest.first == "?" ? rest.dropFirst().prefix { $0 != "#" } : ""
        segments = path.utf8.split(separator: UInt8(ascii: "/")).map {
            RequestTarget.decode($0, plusIsSpace: false)
        }
    }

    package var path: String { "/" + segments.joined(separator: "/") }

    /// The pairs of an `application/x-www-form-urlencoded` text; at most ``Limits/queryParameters`` are looked at.
    package static func parameters(_ form: some Collection<UInt8>) -> [(name: String, value: String)] {
        var out: [(name: String, value: String)] = []
        for pair in form.split(separator: UInt8(ascii: "&"), maxSplits: Limits.queryParameters) where !pair.isEmpty {
            if out.count == Limits.queryParameters { break }
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count + 1)
            out.append((decode(name, plusIsSpace: true), decode(value, plusIsSpace: true)))
        }
        return out
    }

    static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var at = text.startIndex
        while at != text.endIndex {
            let byte = text[at]
            let next = text.index(after: at)
            if byte == UInt8(ascii: "%"), next != text.endIndex, let high = Hex.value(text[next]) {
                let last = text.index(after: next)
                if last != text.endIndex, let low = Hex.value(text[last]) {
                    bytes.append(high << 4 | low)
                    at = text.index(after: last)
                    continue
                }
            }
            bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
            at = next
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
