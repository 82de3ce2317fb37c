/// What a person pressed.
package enum Key: Sendable, Hashable {
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, escape, backspace, tab, backTab
    /// Control and a letter: `control("c")`.
    case control(Character)
    case character(Character)
}

/// Turns what a terminal sends into keys, whatever the pieces it arrives in.
package struct KeyReader: Sendable {
    private var pending: [UInt8] = []
    /// No key is longer; what goes on is no sequence of ours.
    private static let longest = 32

    package init() {}

    /// An escape that may be the key or the start of a sequence waits for more, or for ``flush()``.
    package var isWaiting: Bool { !pending.isEmpty }

    package mutating func feed(_ bytes: [UInt8]) -> [Key] {
        pending += bytes
        var keys: [Key] = []
        var at = 0
        while at < pending.count {
            guard let (key, length) = next(pending[at...]) else { break }
            if let key { keys.append(key) }
            at += length
        }
        pending.removeFirst(at)
        if pending.count > KeyReader.longest { pending = [] }
        return keys
    }

    /// What came so far is all there is: a lone escape is the key.
    package mutating func flush() -> [Key] {
        defer { pending = [] }
        return pending.first == 0x1b ? [.escape] : []
    }

    /// The first key, nil where the bytes are none of ours, and its length; nil where it is not complete.
    private func next(_ bytes: ArraySlice<UInt8>) -> (Key?, Int)? {
        guard let first = bytes.first else { return nil }
        switch first {
        case 0x1b: return escape(bytes)
        case 0x0a, 0x0d: return (.enter, 1)
        case 0x08, 0x7f: return (.backspace, 1)
        case 0x09: return (.tab, 1)
        case 0x01...0x1a: return (.control(Character(Unicode.Scalar(first + 0x60))), 1)
        case 0..<0x20: return (nil, 1)
        case 0x20..<0x7f: return (.character(Character(Unicode.Scalar(first))), 1)
        default:
            let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1
            guard bytes.count >= length else { return nil }
            let text = String(decoding: bytes.prefix(length), as: UTF8.self)
            return (text.count == 1 && text != "\u{fffd}" ? text.first.map { Key.character($0) } : nil, length)
        }
    }

    /// CSI and SS3 sequences as xterm, VT220, tmux, screen and the Linux console send them.
    private func escape(_ bytes: ArraySlice<UInt8>) -> (Key?, Int)? {
        guard bytes.count >= 2 else { return nil }
        let at = bytes.startIndex
        let kind = bytes[at + 1]
        // Escape and a key: alt, or both pressed in a hurry.
        guard kind == 0x5b || kind == 0x4f else { return (.escape, 1) }
        guard let end = bytes[(at + 2)...].firstIndex(where: { (0x40...0x7e).contains($0) }) else { return nil }
        let length = end - at + 1
        let parameter = bytes[(at + 2)..<end].prefix { (0x30...0x39).contains($0) }
        switch bytes[end] {
        case UInt8(ascii: "A"): return (.up, length)
        case UInt8(ascii: "B"): return (.down, length)
        case UInt8(ascii: "C"): return (.right, length)
        case UInt8(ascii: "D"): return (.left, length)
        case UInt8(ascii: "H"): return (.home, length)
        case UInt8(ascii: "F"): return (.end, length)
        case UInt8(ascii: "M"): return (.enter, length)
        case UInt8(ascii: "Z"): return (.backTab, length)
        case UInt8(ascii: "~"):
            switch String(decoding: parameter, as: UTF8.self) {
            case "1", "7": return (.home, length)
            case "4", "8": return (.end, length)
            case "5": return (.pageUp, length)
            case "6": return (.pageDown, length)
            default: return (nil, length)
            }
        default: return (nil, length)
        }
    }
}
