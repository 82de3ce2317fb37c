/// A W3C trace id: 16 bytes, most significant first. All zero is "no trace" (Trace Context, section 3.2.2.3).
package struct TraceID: Hashable, Comparable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package static let none = TraceID(high: 0, low: 0)

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package var isNone: Bool { high | low == 0 }

    package static func < (a: TraceID, b: TraceID) -> Bool { (a.high, a.low) < (b.high, b.low) }

    /// Reads 1 to 32 hexadecimal digits of either case; a short id is padded with zeros in front.
    package init?(hex: some StringProtocol) {
        let digits = hex.utf8
        guard (1...32).contains(digits.count) else { return nil }
        self = .none
        for digit in digits {
            guard let value = Hex.value(digit) else { return nil }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(value)
        }
    }

    /// 32 lower-case hexadecimal digits.
    package var hex: String { Hex.string(high) + Hex.string(low) }
}

/// A span id: 8 bytes, most significant first; 0 is "no span".
package struct SpanID: Hashable, Sendable {
    package var raw: UInt64

    package init(_ raw: UInt64) { self.raw = raw }

    package init?(hex: some StringProtocol) {
        guard (1...16).contains(hex.utf8.count), let id = TraceID(hex: hex) else { return nil }
        raw = id.low
    }

    package var isNone: Bool { raw == 0 }

    /// 16 lower-case hexadecimal digits.
    package var hex: String { Hex.string(raw) }
}

package enum Hex {
    @inline(__always)
    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit &- 0x30
        case 0x41...0x46: digit &- 0x37
        case 0x61...0x66: digit &- 0x57
        default: nil
        }
    }

    @inline(__always)
    package static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? nibble &+ 0x30 : nibble &+ 0x57 }

    package static func string(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { out in
            for i in 0..<16 { out[i] = digit(UInt8(truncatingIfNeeded: value >> UInt64(60 - i * 4)) & 15) }
            return 16
        }
    }
}
