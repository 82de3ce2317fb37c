import TeleModel
import TeleWire

/// OTLP's `KeyValue` (key 1, value 2) and `AnyValue` (string 1, bool 2, int 3, double 4, array 5, kvlist 6), with
/// the limits of ``ClientLimits``.
extension ProtobufWriter {
    mutating func attribute(_ field: Int, _ key: String, _ value: (inout ProtobufWriter) -> Void) {
        message(field) { (pair: inout ProtobufWriter) in
            pair.string(1, key, limit: ClientLimits.keyBytes)
            pair.message(2, value)
        }
    }

    mutating func attribute(_ field: Int, _ key: String, text: String, limit: Int = ClientLimits.valueBytes) {
        attribute(field, key) { $0.text(text, limit: limit) }
    }

    mutating func attribute(_ field: Int, _ key: String, int: Int64) { attribute(field, key) { $0.int(int) } }

    // The members of AnyValue, to be written where an AnyValue is open.

    mutating func text(_ value: String, limit: Int = ClientLimits.valueBytes) { string(1, value, limit: limit) }
    mutating func flag(_ value: Bool) { bool(2, value) }
    mutating func int(_ value: Int64) { int64(3, value) }
    mutating func float(_ value: Double) { double(4, value) }

    /// An array of at most ``ClientLimits/elements`` values.
    mutating func array<Element>(_ values: [Element], _ element: (inout ProtobufWriter, Element) -> Void) {
        message(5) { (list: inout ProtobufWriter) in
            for value in values.prefix(ClientLimits.elements) {
                list.message(1) { (member: inout ProtobufWriter) in element(&member, value) }
            }
        }
    }

    /// A text of at most `limit` bytes, cut before a scalar that does not fit.
    mutating func string(_ field: Int, _ value: String, limit: Int) {
        guard value.utf8.count > limit else { return string(field, value) }
        let utf8 = value.utf8
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, limit))
        while end > utf8.startIndex, utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
        bytes(field, utf8[..<end])
    }

    mutating func traceID(_ field: Int, _ value: TraceID) { id(field, high: value.high, low: value.low) }
    mutating func spanID(_ field: Int, _ value: SpanID) { id(field, value.raw) }
}
