/// The labels of a series in canonical form: sorted by name bytes, names distinct, no empty values; each label is
/// varint(name length), name, varint(value length), value. Equal sets are equal bytes.
package struct LabelSet: Hashable, Sendable {
    package var bytes: [UInt8]

    package static let empty = LabelSet(canonical: [])

    /// Takes bytes that are known to be canonical.
    package init(canonical bytes: [UInt8]) { self.bytes = bytes }

    /// Sorts, drops empty values, and keeps the last of labels with the same name.
    package init(_ labels: [(name: String, value: String)]) {
        var last: [String: String] = [:]
        for label in labels { last[label.name] = label.value }
        bytes = []
        let sorted = last.filter { !$0.value.isEmpty }.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (name, value) in sorted {
            LabelSet.appendLabel(Array(name.utf8).span, Array(value.utf8).span, to: &bytes)
        }
    }

    package static func appendLabel(
        _ name: borrowing Span<UInt8>, _ value: borrowing Span<UInt8>, to bytes: inout [UInt8]
    ) {
        appendText(name, to: &bytes)
        appendText(value, to: &bytes)
    }

    private static func appendText(_ text: borrowing Span<UInt8>, to bytes: inout [UInt8]) {
        var length = UInt(text.count)
        while length >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: length))
        text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

    /// ``Hash64`` of the canonical bytes.
    package var fingerprint: UInt64 { Hash64.of(bytes) }

    package var isEmpty: Bool { bytes.isEmpty }

    /// Calls with the byte ranges of each name and value within ``bytes``; stops at a malformed end.
    @inline(__always)
    package func forEach(_ body: (_ name: Range<Int>, _ value: Range<Int>) -> Void) {
        LabelSet.forEach(in: bytes.span, body)
    }

    @inline(__always)
    package static func forEach(
        in bytes: borrowing Span<UInt8>, _ body: (_ name: Range<Int>, _ value: Range<Int>) -> Void
    ) {
        var at = 0
        while let name = textRange(bytes, &at), let value = textRange(bytes, &at) { body(name, value) }
    }

    /// The next length-prefixed text, or nil at the end or where the bytes are malformed.
    @inline(__always)
    package static func textRange(_ bytes: borrowing Span<UInt8>, _ at: inout Int) -> Range<Int>? {
        var length = 0
        var shift = 0
        while at < bytes.count, shift < 35 {
            let byte = Int(bytes[at])
            at &+= 1
            length |= (byte & 0x7f) << shift
            if byte < 0x80 {
                guard length <= bytes.count &- at else { return nil }
                defer { at &+= length }
                return at..<at &+ length
            }
            shift &+= 7
        }
        return nil
    }

    package subscript(_ name: String) -> String? {
        let wanted = name.utf8
        var found: String?
        forEach { nameRange, valueRange in
            if nameRange.count == wanted.count, bytes[nameRange].elementsEqual(wanted) {
                found = String(decoding: bytes[valueRange], as: UTF8.self)
            }
        }
        return found
    }

    /// All labels as text, in canonical order.
    package var pairs: [(name: String, value: String)] {
        var out: [(name: String, value: String)] = []
        forEach { name, value in
            out.append((String(decoding: bytes[name], as: UTF8.self), String(decoding: bytes[value], as: UTF8.self)))
        }
        return out
    }
}
