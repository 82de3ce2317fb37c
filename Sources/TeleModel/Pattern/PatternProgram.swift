/// A compiled regular expression: instructions of a nondeterministic automaton over UTF-8 bytes.
internal struct PatternProgram: Sendable {
    internal enum Operation: UInt8, Sendable {
        /// Takes one byte in `low...high`, then goes on at `next`.
        case bytes
        /// Goes on at `next`, and with less priority at `other`.
        case split
        /// Notes the position in slot `other`.
        case save
        /// Goes on where the assertion `low` holds.
        case assertion
        case match
        case fail
    }

    internal struct Instruction: Sendable {
        var operation: Operation
        var low: UInt8 = 0
        var high: UInt8 = 0
        var next: Int32 = 0
        var other: Int32 = 0
    }

    internal var instructions: [Instruction]
    internal var start: Int32
    /// `start` behind a loop that skips any bytes, for a search that is not anchored.
    internal var searchStart: Int32
    internal var groups: [String?]
    /// Bytes that no instruction tells apart have the same class.
    internal var byteClasses: [UInt8]
    /// A byte of each class.
    internal var classBytes: [UInt8]
    internal var hasAssertions: Bool
}
