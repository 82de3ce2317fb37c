/// The 64-bit xxHash (seed 0), by which limit_ratio chooses the same series as Prometheus does: label sets in canonical
/// form are the bytes that it hashes. Source: github.com/Cyan4973/xxHash, doc/xxhash_spec.md.
internal enum PromXXHash {
    private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x85eb_ca77_c2b2_ae63,
        0x27d4_eb2f_1656_67c5
    )

    private static func rotated(_ x: UInt64, _ bits: UInt64) -> UInt64 { x << bits | x >> (64 - bits) }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotated(lane &+ input &* primes.1, 31) &* primes.0
    }

    private static func word(_ bytes: borrowing Span<UInt8>, _ at: Int, _ count: Int) -> UInt64 {
        var out: UInt64 = 0
        for i in 0..<count { out |= UInt64(bytes[at + i]) << UInt64(8 * i) }
        return out
    }

    internal static func of(_ bytes: borrowing Span<UInt8>) -> UInt64 {
        var at = 0
        var hash = primes.4
        if bytes.count >= 32 {
            var (a, b, c, d) = (primes.0 &+ primes.1, primes.1, UInt64(0), 0 &- primes.0)
            while at + 32 <= bytes.count {
                a = round(a, word(bytes, at, 8))
                b = round(b, word(bytes, at + 8, 8))
                c = round(c, word(bytes, at + 16, 8))
                d = round(d, word(bytes, at + 24, 8))
                at += 32
            }
            hash = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
            for lane in [a, b, c, d] { hash = (hash ^ round(0, lane)) &* primes.0 &+ primes.3 }
        }
        hash = hash &+ UInt64(bytes.count)
        while at + 8 <= bytes.count {
            hash = rotated(hash ^ round(0, word(bytes, at, 8)), 27) &* primes.0 &+ primes.3
            at += 8
        }
        if at + 4 <= bytes.count {
            hash = rotated(hash ^ word(bytes, at, 4) &* primes.0, 23) &* primes.1 &+ primes.2
            at += 4
        }
        while at < bytes.count {
            hash = rotated(hash ^ UInt64(bytes[at]) &* primes.4, 11) &* primes.0
            at += 1
        }
        hash = (hash ^ hash >> 33) &* primes.1
        hash = (hash ^ hash >> 29) &* primes.2
        return hash ^ hash >> 32
    }
}
