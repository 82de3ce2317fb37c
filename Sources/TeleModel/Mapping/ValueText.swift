/// Attribute values as text, the one way that labels, log bodies and API answers print them (LOKI.md, and Prometheus'
/// translation of OTLP does the same): strings as they are, `true`, `42`, doubles as JSON has them (`1`, `0.25`,
/// `1e-7`, `1e+21`), bytes in standard base64, arrays and maps as JSON with sorted keys and no HTML escaping, an empty
/// value as nothing.
package enum ValueText {
    package static func text(of value: RawValue, heap: ByteHeap) -> String {
        if value.kind == .string { return heap.string(value.range) }
        var out: [UInt8] = []
        append(value, heap: heap, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// The same, appended as UTF-8.
    package static func append(_ value: RawValue, heap: ByteHeap, to out: inout [UInt8]) {
        switch value.kind {
        case .empty: break
        case .string: out.append(contentsOf: heap[value.range])
        case .bytes: appendBase64(heap.bytes.span.extracting(value.range.range), to: &out)
        default: appendJSON(value, heap: heap, to: &out)
        }
    }

    package static func json(of value: RawValue, heap: ByteHeap) -> String {
        var out: [UInt8] = []
        appendJSON(value, heap: heap, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// As JSON. An empty value is `null`; of a map's entries with the same key the last counts; a double that JSON has
    /// no number for is a string.
    package static func appendJSON(_ value: RawValue, heap: ByteHeap, to out: inout [UInt8]) {
        appendJSON(value, heap: heap, depth: 0, to: &out)
    }

    private static func appendJSON(_ value: RawValue, heap: ByteHeap, depth: Int, to out: inout [UInt8]) {
        switch value.kind {
        case .empty: out.append(contentsOf: "null".utf8)
        case .string: appendQuoted(heap.bytes.span.extracting(value.range.range), to: &out)
        case .bool: out.append(contentsOf: (value.bits != 0 ? "true" : "false").utf8)
        case .int: FloatText.append(Int64(bitPattern: value.bits), to: &out)
        case .double: appendDouble(Double(bitPattern: value.bits), quoted: true, to: &out)
        case .bytes:
            out.append(0x22)
            appendBase64(heap.bytes.span.extracting(value.range.range), to: &out)
            out.append(0x22)
        case .array:
            // What is in a heap was checked at the door; the bound holds for bytes that a bad disk gives back.
            guard depth <= Limits.valueDepth else { return out.append(contentsOf: "null".utf8) }
            out.append(0x5b)
            var isFirst = true
            NestedValue.forEachElement(of: value, heap: heap) { element in
                if !isFirst { out.append(0x2c) }
                isFirst = false
                appendJSON(element, heap: heap, depth: depth + 1, to: &out)
            }
            out.append(0x5d)
        case .map:
            guard depth <= Limits.valueDepth else { return out.append(contentsOf: "null".utf8) }
            appendMap(value, heap: heap, depth: depth, to: &out)
        }
    }

    private static func appendMap(_ map: RawValue, heap: ByteHeap, depth: Int, to out: inout [UInt8]) {
        var entries: [(key: ByteRange, value: RawValue)] = []
        NestedValue.forEachEntry(of: map, heap: heap) { entries.append(($0, $1)) }
        let order = entries.indices.sorted { a, b in
            let (left, right) = (heap[entries[a].key], heap[entries[b].key])
            return left.elementsEqual(right) ? a < b : left.lexicographicallyPrecedes(right)
        }
        out.append(0x7b)
        var isFirst = true
        for (position, index) in order.enumerated() {
            let entry = entries[index]
            if position + 1 < order.count, heap[entries[order[position + 1]].key].elementsEqual(heap[entry.key]) {
                continue
            }
            if !isFirst { out.append(0x2c) }
            isFirst = false
            appendQuoted(heap.bytes.span.extracting(entry.key.range), to: &out)
            out.append(0x3a)
            appendJSON(entry.value, heap: heap, depth: depth + 1, to: &out)
        }
        out.append(0x7d)
    }

    /// A double as JSON has it, `1e-7` and not `1e-07`.
    package static func appendDouble(_ value: Double, quoted: Bool, to out: inout [UInt8]) {
        let quotes = quoted && !value.isFinite
        if quotes { out.append(0x22) }
        FloatText.append(value, .json, to: &out)
        if quotes { out.append(0x22) }
        let end = out.count
        if end >= 4, out[end - 4] == 0x65, out[end - 3] == 0x2d, out[end - 2] == 0x30 { out.remove(at: end - 2) }
    }

    /// A JSON string: quotes, backslashes, control characters and the two line separators are escaped, bytes that are
    /// no UTF-8 become U+FFFD.
    package static func appendQuoted(_ text: borrowing Span<UInt8>, to out: inout [UInt8]) {
        out.append(0x22)
        var needsDecoding = false
        for i in 0..<text.count where text[i] >= 0x80 {
            needsDecoding = true
            break
        }
        if needsDecoding {
            let decoded = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            for scalar in decoded.unicodeScalars {
                if scalar.value < 0x80 {
                    appendEscaped(UInt8(scalar.value), to: &out)
                } else if scalar.value == 0x2028 || scalar.value == 0x2029 {
                    out.append(contentsOf: (scalar.value == 0x2028 ? "\\u2028" : "\\u2029").utf8)
                } else {
                    out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                }
            }
        } else {
            for i in 0..<text.count { appendEscaped(text[i], to: &out) }
        }
        out.append(0x22)
    }

    @inline(__always)
    private static func appendEscaped(_ byte: UInt8, to out: inout [UInt8]) {
        if byte >= 0x20, byte != 0x22, byte != 0x5c { return out.append(byte) }
        appendEscape(byte, to: &out)
    }

    private static func appendEscape(_ byte: UInt8, to out: inout [UInt8]) {
        out.append(0x5c)
        switch byte {
        case 0x22, 0x5c: out.append(byte)
        case 0x08: out.append(0x62)
        case 0x0c: out.append(0x66)
        case 0x0a: out.append(0x6e)
        case 0x0d: out.append(0x72)
        case 0x09: out.append(0x74)
        default:
            out.append(contentsOf: "u00".utf8)
            out.append(Hex.digit(byte >> 4))
            out.append(Hex.digit(byte & 15))
        }
    }

    /// Standard base64 with padding (RFC 4648, section 4).
    package static func appendBase64(_ bytes: borrowing Span<UInt8>, to out: inout [UInt8]) {
        var at = 0
        while at < bytes.count {
            let left = bytes.count - at
            let group =
                UInt32(bytes[at]) << 16 | (left > 1 ? UInt32(bytes[at + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[at + 2]) : 0)
            out.append(base64Digit(group >> 18))
            out.append(base64Digit(group >> 12))
            out.append(left > 1 ? base64Digit(group >> 6) : 0x3d)
            out.append(left > 2 ? base64Digit(group) : 0x3d)
            at += 3
        }
    }

    @inline(__always)
    private static func base64Digit(_ bits: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: bits & 63)
        switch value {
        case 0..<26: return value &+ 0x41
        case 26..<52: return value &+ 0x47
        case 52..<62: return value &- 4
        case 62: return 0x2b
        default: return 0x2f
        }
    }
}
