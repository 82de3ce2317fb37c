/// A set of Unicode scalars as sorted, disjoint, inclusive ranges.
internal struct ScalarSet: Sendable, Equatable {
    internal private(set) var ranges: [ClosedRange<UInt32>] = []

    internal static let last: UInt32 = 0x10ffff
    internal static let any = ScalarSet([0...last])
    internal static let anyButNewline = ScalarSet([0...9, 11...last])
    internal static let digits = ScalarSet([0x30...0x39])
    internal static let spaces = ScalarSet([0x09...0x0a, 0x0c...0x0d, 0x20...0x20])
    internal static let words = ScalarSet([0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])

    internal init(_ ranges: [ClosedRange<UInt32>] = []) {
        self.ranges = ranges
        normalize()
    }

    internal var isEmpty: Bool { ranges.isEmpty }

    internal mutating func insert(contentsOf other: [ClosedRange<UInt32>]) {
        ranges.append(contentsOf: other)
        normalize()
    }

    private mutating func normalize() {
        guard ranges.count > 1 else { return }
        ranges.sort { $0.lowerBound < $1.lowerBound }
        var out: [ClosedRange<UInt32>] = [ranges[0]]
        for range in ranges.dropFirst() {
            let top = out[out.count - 1]
            if range.lowerBound <= top.upperBound &+ 1 {
                out[out.count - 1] = top.lowerBound...max(top.upperBound, range.upperBound)
            } else {
                out.append(range)
            }
        }
        ranges = out
    }

    internal var inverted: ScalarSet {
        var out: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { out.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= ScalarSet.last { out.append(next...ScalarSet.last) }
        return ScalarSet(out)
    }

    /// With what differs only in case added. Ranges above U+2FFF are looked at up to a bounded number of scalars.
    internal var folded: ScalarSet {
        var extra: [ClosedRange<UInt32>] = []
        var budget = 0x4000
        for range in ranges {
            var scalar = range.lowerBound
            while scalar <= range.upperBound, budget > 0 {
                for other in ScalarSet.caseVariants(scalar) where other != scalar { extra.append(other...other) }
                scalar += 1
                budget -= 1
            }
        }
        var out = self
        out.insert(contentsOf: extra)
        return out
    }

    /// The scalars that simple case folding makes equal to this one, itself included.
    internal static func caseVariants(_ scalar: UInt32) -> [UInt32] {
        switch scalar {
        case 0x4b, 0x6b, 0x212a: return [0x4b, 0x6b, 0x212a]
        case 0x53, 0x73, 0x17f: return [0x53, 0x73, 0x17f]
        case 0x41...0x5a: return [scalar, scalar | 0x20]
        case 0x61...0x7a: return [scalar, scalar & ~0x20]
        case 0..<0x80: return [scalar]
        case 0xb5, 0x39c, 0x3bc: return [0xb5, 0x39c, 0x3bc]
        default: break
        }
        guard let value = Unicode.Scalar(scalar) else { return [scalar] }
        var out = [scalar]
        for mapping in [value.properties.lowercaseMapping, value.properties.uppercaseMapping] {
            let scalars = mapping.unicodeScalars
            if scalars.count == 1, let first = scalars.first, !out.contains(first.value) { out.append(first.value) }
        }
        return out
    }
}
