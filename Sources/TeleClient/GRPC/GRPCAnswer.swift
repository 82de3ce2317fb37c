#if GRPC
import NIOHTTP1
import TeleModel
import TeleWire

/// What trailers and body of an answer say.
enum GRPCAnswer {
    /// - Parameter trailers: nil where the status stands in the head, as it does when nothing else was sent.
    static func meaning(of trailers: HTTPHeaders?, head: HTTPResponseHead?, body: [UInt8]) -> ExportAnswer {
        guard let head else { return .unreachable }
        let fields = trailers?.contains(name: "grpc-status") == true ? trailers : head.headers
        guard let code = fields?.first(name: "grpc-status").flatMap({ UInt($0) }) else {
            // Something in between that speaks HTTP only.
            switch head.status.code {
            case 429, 502, 503, 504: return .retry(after: nil)
            case 200: return .retry(after: nil)
            default: return .refused(status: head.status.code)
            }
        }
        let pause = fields?.first(name: "grpc-status-details-bin").flatMap(retryDelay)
        switch code {
        case 0: return .accepted(rejected: PartialSuccess.rejected(Array(body.dropFirst(5))))
        // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS
        case 1, 4, 10, 11, 14, 15: return .retry(after: pause)
        // RESOURCE_EXHAUSTED may be tried again where the collector says when.
        case 8: return pause.map { .retry(after: $0) } ?? .refused(status: code)
        default: return .refused(status: code)
        }
    }

    /// google.rpc.Status {details 3: Any {type_url 1, value 2: RetryInfo {retry_delay 1 {seconds 1, nanos 2}}}} in base64.
    static func retryDelay(_ text: String) -> Duration? {
        let bytes = base64(text)
        var status = ProtobufReader(bytes.span.bytes)
        do {
            while !status.isAtEnd {
                let tag = try status.tag()
                guard tag == 3 << 3 | 2 else {
                    try status.skip(tag)
                    continue
                }
                var detail = try status.message()
                while !detail.isAtEnd {
                    let tag = try detail.tag()
                    guard tag == 2 << 3 | 2 else {
                        try detail.skip(tag)
                        continue
                    }
                    var info = try detail.message()
                    while !info.isAtEnd {
                        let tag = try info.tag()
                        guard tag == 1 << 3 | 2 else {
                            try info.skip(tag)
                            continue
                        }
                        var delay = try info.message()
                        var (seconds, nanoseconds): (UInt64, UInt64) = (0, 0)
                        while !delay.isAtEnd {
                            let tag = try delay.tag()
                            switch tag {
                            case 1 << 3: seconds = try delay.varint()
                            case 2 << 3: nanoseconds = try delay.varint()
                            default: try delay.skip(tag)
                            }
                        }
                        return .seconds(Int64(min(seconds, 86_400)))
                            + .nanoseconds(Int64(min(nanoseconds, 999_999_999)))
                    }
                }
            }
        } catch {
            return nil
        }
        return nil
    }

    /// With or without padding; other characters end it.
    private static func base64(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8.prefix(ClientLimits.responseBytes) {
            let value: UInt32
            switch byte {
            case 0x41...0x5a: value = UInt32(byte - 0x41)
            case 0x61...0x7a: value = UInt32(byte - 0x61 + 26)
            case 0x30...0x39: value = UInt32(byte - 0x30 + 52)
            case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
            case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
            default: return out
            }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return out
    }
}
#endif
