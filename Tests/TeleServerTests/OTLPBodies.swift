/// Small OTLP requests, written by hand: the same bytes for every signal where the layouts agree.
enum OTLPBodies {
    static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count < 16_384)
        let length =
            bytes.count < 128 ? [UInt8(bytes.count)] : [UInt8(bytes.count & 127 | 128), UInt8(bytes.count >> 7)]
        return [number << 3 | 2] + length + bytes
    }

    static func fixed64(_ number: UInt8, _ value: UInt64) -> [UInt8] {
        [number << 3 | 1] + (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// `service.name = shop`
    static let resource = field(
        1, field(1, field(1, Array("service.name".utf8)) + field(2, field(1, Array("shop".utf8)))))

    /// One log record, with a time and a text.
    static func log(_ text: String, time: UInt64 = 1_700_000_000_000_000_000) -> [UInt8] {
        field(1, resource + field(2, field(2, fixed64(1, time) + field(5, field(1, Array(text.utf8))))))
    }

    /// One span of the trace 0102...10 and span 01...08, one second long.
    static func span(_ name: String, traceID: [UInt8] = Array(1...16)) -> [UInt8] {
        let start: UInt64 = 1_700_000_000_000_000_000
        let span =
            field(1, traceID) + field(2, Array(1...8)) + field(5, Array(name.utf8)) + fixed64(7, start)
            + fixed64(8, start + 1_000_000_000)
        return field(1, resource + field(2, field(2, span)))
    }

    /// One gauge sample of 1.5.
    static func gauge(_ name: String) -> [UInt8] {
        let point = fixed64(3, 1_700_000_000_000_000_000) + fixed64(4, (1.5 as Double).bitPattern)
        return field(1, resource + field(2, field(2, field(1, Array(name.utf8)) + field(5, field(1, point)))))
    }

    static let logJSON = Array(
        """
        {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
        "scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000","body":{"stringValue":"hello"}}]}]}]}
        """.utf8)
}
