import TeleModel

/// Jaeger's `uber-trace-id: TRACE:SPAN:PARENT:FLAGS`, numbers in hexadecimal without leading zeros; of the flags 1 is
/// sampled and 2 debug. Some clients percent-encode the colons.
enum JaegerHeader {
    static let header = "uber-trace-id"
    static let baggage = "jaeger-baggage"

    static func text(_ span: SpanContext) -> String {
        "\(span.traceID.hex):\(span.spanID.hex):0:\(span.isSampled ? "1" : "0")"
    }

    static func parse(_ text: String) -> SpanContext? {
        guard text.utf8.count <= 256 else { return nil }
        let parts = PercentCoding.decoded(text[...]).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, (1...32).contains(parts[0].utf8.count) else { return nil }
        let digits = Array(parts[0].utf8)
        let cut = max(0, digits.count - 16)
        guard let high = cut > 0 ? HexNumber.parse(digits[..<cut]) : 0, let low = HexNumber.parse(digits[cut...]),
            high | low != 0, let spanID = HexNumber.parse(Array(parts[1].utf8)[...]), spanID != 0,
            let flags = HexNumber.parse(Array(parts[3].utf8)[...])
        else { return nil }
        var context = SpanContext(traceID: TraceID(high: high, low: low), spanID: SpanID(spanID), isRemote: true)
        context.isSampled = flags & 3 != 0
        return context
    }
}
