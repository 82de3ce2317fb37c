import TeleModel

/// Zipkin's B3 headers. One: `b3: TRACE-SPAN-SAMPLED-PARENT`, of which the last two may be missing. Several:
/// `X-B3-TraceId`, `X-B3-SpanId`, `X-B3-Sampled` and `X-B3-Flags` (1 is "debug", which is sampled).
enum B3Header {
    static let single = "b3"
    static let traceID = "X-B3-TraceId"
    static let spanID = "X-B3-SpanId"
    static let sampled = "X-B3-Sampled"
    static let flags = "X-B3-Flags"

    static func text(_ span: SpanContext) -> String {
        "\(span.traceID.hex)-\(span.spanID.hex)-\(span.isSampled ? "1" : "0")"
    }

    /// A decision without ids, such as `0`, names no parent and is no context.
    static func parse(_ text: String) -> SpanContext? {
        guard text.utf8.count <= 128 else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...4).contains(parts.count) else { return nil }
        return parse(trace: parts[0], span: parts[1], sampled: parts.count > 2 ? parts[2] : nil, isDebug: false)
    }

    static func parse(trace: Substring, span: Substring, sampled: Substring?, isDebug: Bool) -> SpanContext? {
        let digits = Array(trace.utf8.prefix(33))
        guard digits.count == 32 || digits.count == 16, span.utf8.count == 16,
            let high = digits.count == 32 ? HexNumber.parse(digits[..<16]) : 0,
            let low = HexNumber.parse(digits[(digits.count - 16)...]), high | low != 0,
            let spanID = HexNumber.parse(Array(span.utf8)[...]), spanID != 0
        else { return nil }
        var context = SpanContext(traceID: TraceID(high: high, low: low), spanID: SpanID(spanID), isRemote: true)
        switch sampled?.lowercased() {
        case "1", "true", "d": context.isSampled = true
        case "0", "false": context.isSampled = isDebug
        case nil:
            context.isSampled = isDebug
            context.isUndecided = !isDebug
        default: return nil
        }
        return context
    }
}

/// Digits of either case, as B3 and Jaeger write them.
enum HexNumber {
    /// 1 to 16 digits.
    static func parse(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard (1...16).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard let nibble = Hex.value(digit) else { return nil }
            value = value << 4 | UInt64(nibble)
        }
        return value
    }
}
