package import TeleModel

/// An alert's identity as Alertmanager computes it, for payloads and APIs: FNV-1a of the sorted labels, a 0xff behind
/// each name and value.
package enum AlertFingerprint {
    package static func of(_ labels: LabelSet) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        labels.forEach { name, value in
            for byte in labels.bytes[name] { add(byte) }
            add(0xff)
            for byte in labels.bytes[value] { add(byte) }
            add(0xff)
        }
        return hash
    }

    /// 16 digits.
    package static func text(_ fingerprint: UInt64) -> String {
        let digits = String(fingerprint, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
