/// A text that is looked for, as bits: bit `j` of the state says that the bytes just seen are the needle's first `j + 1`
/// (the shift-and method of Baeza-Yates and Gonnet, 1992). Runs of unknown digits advance all states that they could.
package struct NeedleMask: Sendable {
    /// Of longer needles only the first bytes are looked for: what is found is a superset.
    private static let longest = 64
    private var masks = [UInt64](repeating: 0, count: 256)
    private var digits: UInt64 = 0
    private var hexDigits: UInt64 = 0
    private let found: UInt64
    let needle: [UInt8]
    /// The longest part of the needle that no slot can be within or reach into: templates have it as it is.
    let literal: [UInt8]

    /// nil for an empty needle, which every text contains.
    package init?(_ needle: [UInt8]) {
        guard !needle.isEmpty else { return nil }
        self.needle = needle
        literal = NeedleMask.literal(of: needle)
        let count = min(needle.count, NeedleMask.longest)
        for j in 0..<count { masks[Int(needle[j])] |= 1 &<< UInt64(j) }
        for digit in 0x30...0x39 { digits |= masks[digit] }
        hexDigits = digits
        for digit in 0x61...0x66 { hexDigits |= masks[digit] }
        found = 1 &<< UInt64(count - 1)
    }

    /// Digits are slots, and so may be words of hexadecimal letters; marks are escaped.
    private static func literal(of needle: [UInt8]) -> [UInt8] {
        var best = 0..<0
        var start = 0
        var at = 0
        func close(_ end: Int) { if end - start > best.count { best = start..<end } }
        while at < needle.count {
            let word = at..<(needle[at...].firstIndex { !isWord($0) } ?? needle.count)
            if word.isEmpty {
                if TextTemplate.classes[Int(needle[at])] == 8 {
                    close(at)
                    start = at + 1
                }
                at += 1
                continue
            }
            if !needle[word].contains(where: { TextTemplate.classes[Int($0)] == 4 }) {
                close(word.lowerBound)
                start = word.upperBound
            } else {
                for place in word where TextTemplate.classes[Int(needle[place])] == 1 {
                    close(place)
                    start = place + 1
                }
            }
            at = word.upperBound
        }
        close(needle.count)
        return Array(needle[best])
    }

    private static func isWord(_ byte: UInt8) -> Bool { TextTemplate.classes[Int(byte)] & 7 != 0 }

    @inline(__always)
    func isFound(_ state: UInt64) -> Bool { state & found != 0 }

    /// The state behind literal bytes; it stays found.
    func literal(_ text: borrowing Span<UInt8>, _ state: UInt64) -> UInt64 {
        let masks = masks.span
        var state = state
        for i in 0..<text.count {
            state = (state &<< 1 | 1) & masks[Int(text[i])]
            if state & found != 0 { return state }
        }
        return state
    }

    /// The states behind one or more decimal digits.
    func decimals(_ state: UInt64) -> UInt64 {
        var step = state
        var all: UInt64 = 0
        while true {
            step = (step &<< 1 | 1) & digits
            if all | step == all { return all }
            all |= step
        }
    }

    /// The states behind so many hexadecimal digits.
    func hexadecimals(_ count: Int, _ state: UInt64) -> UInt64 {
        var state = state
        for _ in 0..<count {
            state = (state &<< 1 | 1) & hexDigits
            if state & found != 0 { return state }
        }
        return state
    }

    /// Whether a text has the needle, exactly for those of up to 64 bytes.
    func isIn(_ text: borrowing Span<UInt8>) -> Bool { isFound(literal(text, 0)) }
}
