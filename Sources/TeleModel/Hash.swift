/// The 64-bit hash of fingerprints, filters and interning: stable across machines and releases, not cryptographic.
/// Bytes are taken eight at a time, little endian, each folded in by the 128-bit product of two odd constants' mixes
/// (the multiply-fold of wyhash); the length ends it.
package enum Hash64 {
    @inline(__always)
    package static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    @inline(__always)
    package static func combine(_ state: UInt64, _ word: UInt64) -> UInt64 {
        mix(state ^ 0x9e37_79b9_7f4a_7c15, word ^ 0xe703_7ed1_a0b4_28db)
    }

    package static func of(_ bytes: borrowing Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
        of(bytes.bytes, seed: seed)
    }

    package static func of(_ bytes: borrowing RawSpan, seed: UInt64 = 0) -> UInt64 {
        var state = seed ^ 0x2d35_8dcc_aa6c_78a5
        let count = bytes.byteCount
        var at = 0
        while at &+ 8 <= count {
            state = combine(state, UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)))
            at &+= 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while at < count {
            tail |= UInt64(bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)) << shift
            shift &+= 8
            at &+= 1
        }
        return mix(combine(state, tail), UInt64(truncatingIfNeeded: count) ^ 0x8bb8_4b93_962e_acc9)
    }

    package static func of(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 { of(bytes.span, seed: seed) }
    package static func of(_ text: String, seed: UInt64 = 0) -> UInt64 {
        var text = text
        return text.withUTF8 { of(Span(_unsafeElements: $0), seed: seed) }
    }
}
