/// What `ip("...")` selects: an address, a prefix (`10.0.0.0/8`) or a range (`10.0.0.1-10.0.0.9`), of IPv4 or IPv6.
package struct AddressRange: Sendable, Equatable {
    package let source: String
    private let low: Address
    private let high: Address

    /// An address as 128 bits; IPv4 in the low 32. The two families never match each other.
    struct Address: Equatable {
        var isV4: Bool
        var top: UInt64
        var bottom: UInt64

        static func <= (a: Address, b: Address) -> Bool { a.top != b.top ? a.top < b.top : a.bottom <= b.bottom }
    }

    package init?(_ text: String) {
        source = text
        let bytes = Array(text.utf8)
        if let dash = bytes.firstIndex(of: 0x2d) {
            guard let a = AddressRange.address(bytes[..<dash]), let b = AddressRange.address(bytes[(dash + 1)...]),
                a.isV4 == b.isV4, a <= b
            else { return nil }
            (low, high) = (a, b)
        } else if let slash = bytes.firstIndex(of: 0x2f) {
            guard let base = AddressRange.address(bytes[..<slash]),
                let bits = Int(String(decoding: bytes[(slash + 1)...], as: UTF8.self)), bits >= 0,
                bits <= (base.isV4 ? 32 : 128)
            else { return nil }
            (low, high) = AddressRange.prefix(base, base.isV4 ? bits + 96 : bits)
        } else {
            guard let one = AddressRange.address(bytes[...]) else { return nil }
            (low, high) = (one, one)
        }
    }

    private static func prefix(_ base: Address, _ bits: Int) -> (Address, Address) {
        let topMask: UInt64 = bits >= 64 ? .max : bits == 0 ? 0 : ~(UInt64.max >> UInt64(bits))
        let bottomMask: UInt64 = bits >= 128 ? .max : bits <= 64 ? 0 : ~(UInt64.max >> UInt64(bits - 64))
        var (low, high) = (base, base)
        low.top &= topMask
        low.bottom &= bottomMask
        // IPv4 leaves the upper bits 0.
        high.top |= base.isV4 ? 0 : ~topMask
        high.bottom |= ~bottomMask & (base.isV4 ? 0xffff_ffff : .max)
        return (low, high)
    }

    func contains(_ address: Address) -> Bool { address.isV4 == low.isV4 && low <= address && address <= high }

    /// Whether an address of the range stands anywhere in the text.
    package func isFound(in text: [UInt8]) -> Bool {
        var at = 0
        while at < text.count {
            let isV4 = AddressRange.beginsV4(text, at)
            guard isV4 || AddressRange.beginsV6(text, at) else {
                at += 1
                continue
            }
            var end = at
            while end < text.count, AddressRange.isAddressByte(text[end], isV4: isV4) { end += 1 }
            if let address = AddressRange.address(text[at..<end]), contains(address) { return true }
            at = end + 1
        }
        return false
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }

    private static func isAddressByte(_ byte: UInt8, isV4: Bool) -> Bool {
        byte == 0x2e || (isV4 ? isDigit(byte) : isHex(byte) || byte == 0x3a)
    }

    /// A digit with a point among the next three bytes.
    private static func beginsV4(_ text: [UInt8], _ at: Int) -> Bool {
        at + 3 < text.count && isDigit(text[at])
            && (text[at + 1] == 0x2e || text[at + 2] == 0x2e || text[at + 3] == 0x2e)
    }

    /// `::` or up to four hexadecimal digits with a colon behind.
    private static func beginsV6(_ text: [UInt8], _ at: Int) -> Bool {
        guard at + 2 < text.count else { return false }
        if text[at] == 0x3a { return text[at + 1] == 0x3a }
        var end = at
        while end < text.count, end < at + 4, isHex(text[end]) { end += 1 }
        return end > at && end < text.count && text[end] == 0x3a
    }

    static func address(_ text: ArraySlice<UInt8>) -> Address? {
        guard text.count <= 45 else { return nil }
        if !text.contains(0x3a) { return v4(text).map { Address(isV4: true, top: 0, bottom: UInt64($0)) } }
        return v6(text)
    }

    private static func v4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: 0x2e, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var out: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy(isDigit), part.count == 1 || part.first != 0x30 else {
                return nil
            }
            let value = part.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - 0x30) }
            guard value <= 255 else { return nil }
            out = out << 8 | value
        }
        return out
    }

    private static func v6(_ text: ArraySlice<UInt8>) -> Address? {
        var groups: [UInt16] = []
        var gap: Int?
        var at = text.startIndex
        if text.count >= 2, text[at] == 0x3a {
            guard text[at + 1] == 0x3a else { return nil }
            gap = 0
            at += 2
        }
        while at < text.endIndex {
            let end = text[at...].firstIndex(of: 0x3a) ?? text.endIndex
            let part = text[at..<end]
            if part.contains(0x2e) {
                guard end == text.endIndex, let value = v4(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: value >> 16), UInt16(truncatingIfNeeded: value)]
                at = end
                break
            }
            guard (1...4).contains(part.count), part.allSatisfy(isHex),
                let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
            else { return nil }
            groups.append(value)
            at = end
            guard at < text.endIndex else { break }
            at += 1
            guard at < text.endIndex else { return nil }
            if text[at] == 0x3a {
                guard gap == nil else { return nil }
                gap = groups.count
                at += 1
            }
            guard groups.count <= 8 else { return nil }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        let top = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let bottom = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return Address(isV4: false, top: top, bottom: bottom)
    }
}
