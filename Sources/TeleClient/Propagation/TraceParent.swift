import TeleModel

/// The `traceparent` and `tracestate` headers of W3C Trace Context, level 2.
enum TraceParent {
    static let header = "traceparent"
    static let stateHeader = "tracestate"

    static func text(_ span: SpanContext) -> String {
        "00-\(span.traceID.hex)-\(span.spanID.hex)-\(span.isSampled ? "01" : "00")"
    }

    /// nil for anything that the recommendation calls invalid: the trace starts anew then.
    static func parse(_ text: String, state: String?) -> SpanContext? {
        let bytes = Array(text.utf8.prefix(256))
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = number(bytes[0..<2]), version != 0xff, let high = number(bytes[3..<19]),
            let low = number(bytes[19..<35]), let span = number(bytes[36..<52]), let flags = number(bytes[53..<55])
        else { return nil }
        // Version 00 ends here; a later one may go on after another dash.
        guard bytes.count == 55 || (version > 0 && bytes[55] == dash), high | low != 0, span != 0 else { return nil }
        return SpanContext(
            traceID: TraceID(high: high, low: low), spanID: SpanID(span), isSampled: flags & 1 == 1,
            traceState: state.map(usable) ?? "", isRemote: true)
    }

    private static let dash = UInt8(ascii: "-")

    /// Lower-case digits only, as the recommendation demands.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            guard !(0x41...0x46).contains(digit), let nibble = Hex.value(digit) else { return nil }
            value = value << 4 | UInt64(nibble)
        }
        return value
    }

    /// The state as it came, without members from the right while it is too long; nothing when it holds bytes that do
    /// not belong in a header, since it is sent on.
    private static func usable(_ state: String) -> String {
        guard state.utf8.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x09 }) else { return "" }
        var rest = state[...]
        while rest.utf8.count > ClientLimits.traceStateBytes {
            guard let comma = rest.lastIndex(of: ",") else { return "" }
            rest = rest[..<comma]
        }
        return String(rest)
    }
}
