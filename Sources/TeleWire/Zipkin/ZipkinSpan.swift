/// A span as Zipkin's v2 model has it (zipkin-api, zipkin2-api.yaml), names in lower case.
struct ZipkinSpan: Sendable {
    struct Endpoint: Hashable, Sendable {
        var service = ""
        var ipv4 = ""
        var ipv6 = ""
        var port: UInt16 = 0

        var isEmpty: Bool { self == Endpoint() }
    }

    var traceHigh: UInt64 = 0
    var traceLow: UInt64 = 0
    var id: UInt64 = 0
    /// 0 for none.
    var parent: UInt64 = 0
    /// OTLP's number; 0 for none.
    var kind: Int32 = 0
    var name = ""
    /// Unix microseconds; 0 for none.
    var timestamp: UInt64 = 0
    /// Microseconds; 0 for none.
    var duration: UInt64 = 0
    var local = Endpoint()
    var remote = Endpoint()
    var annotations: [(timestamp: UInt64, value: String)] = []
    var tags: [(key: String, value: String)] = []
    var isDebug = false
    var isShared = false

    /// What a reporter may not send, by name; nil where all is well.
    var problem: StaticString? {
        if traceHigh | traceLow == 0 { return "traceId is missing or zero" }
        if id == 0 { return "id is missing or zero" }
        return nil
    }

    /// Reads 1 to 32 lower-case hexadecimal digits. nil for anything else.
    static func identifier(_ text: [UInt8]) -> (high: UInt64, low: UInt64)? {
        guard (1...32).contains(text.count) else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for byte in text {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte &- 0x30
            case 0x61...0x66: digit = byte &- 0x57
            default: return nil
            }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(digit)
        }
        return (high, low)
    }
}
