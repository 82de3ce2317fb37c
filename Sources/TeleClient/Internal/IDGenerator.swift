import TeleModel

/// Random trace and span ids from one xoshiro256** state, seeded by the system: no system call an id.
struct IDGenerator: Sendable {
    private var s0, s1, s2, s3: UInt64

    init() {
        var system = SystemRandomNumberGenerator()
        (s0, s1, s2) = (system.next(), system.next(), system.next())
        s3 = system.next() | 1  // all zero would stay zero
    }

    mutating func next() -> UInt64 {
        let scrambled = s1 &* 5
        let result = (scrambled << 7 | scrambled >> 57) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = s3 << 45 | s3 >> 19
        return result
    }

    mutating func traceID() -> TraceID {
        let id = TraceID(high: next(), low: next())
        return id.isNone ? TraceID(high: 1, low: 1) : id
    }

    mutating func spanID() -> SpanID { SpanID(max(1, next())) }

    /// A random (version 4) UUID in its usual text form.
    mutating func uuid() -> String {
        let high = Hex.string(next() & 0xffff_ffff_ffff_0fff | 0x4000)
        let low = Hex.string(next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
        return "\(high.prefix(8))-\(high.dropFirst(8).prefix(4))-\(high.suffix(4))-\(low.prefix(4))-\(low.dropFirst(4))"
    }
}
