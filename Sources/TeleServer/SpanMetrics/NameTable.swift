import TeleModel

/// Names that label values are made of, each once, by number. Bounded: past the limit every new name is ``overflow``.
struct NameTable: Sendable {
    /// What a name that finds no room is called.
    static let overflow: UInt32 = 0
    /// Label values are cut here; nobody reads an operation's name that long.
    private static let mostBytes = 256

    private(set) var texts: [[UInt8]] = [Array("__overflow__".utf8)]
    private var numbers: [UInt64: UInt32] = [:]
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func number(_ text: borrowing Span<UInt8>) -> UInt32 { number(text, hash: Hash64.of(text)) }

    /// `hash`: ``Hash64`` of the text, where the caller has it.
    mutating func number(_ text: borrowing Span<UInt8>, hash: UInt64) -> UInt32 {
        if let known = numbers[hash] { return known }
        guard texts.count < limit else { return NameTable.overflow }
        let number = UInt32(texts.count)
        texts.append(NameTable.shortened(text))
        numbers[hash] = number
        return number
    }

    mutating func number(_ text: String) -> UInt32 { number(Array(text.utf8).span) }

    /// Cut at the start of a character.
    private static func shortened(_ text: borrowing Span<UInt8>) -> [UInt8] {
        var end = min(text.count, mostBytes)
        while end > 0, end < text.count, text[end] & 0xc0 == 0x80 { end &-= 1 }
        return text.extracting(0..<end).withUnsafeBufferPointer { Array($0) }
    }
}
