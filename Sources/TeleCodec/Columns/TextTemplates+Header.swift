internal import TeleModel

extension TextTemplates {
    /// A part of a template: literal bytes, or a slot.
    struct Piece {
        private static let decimalMark = UInt32.max
        private static let hexadecimalMark = UInt32.max - 1
        private let start: UInt32
        private let count: UInt32

        static let decimal = Piece(start: decimalMark, count: 0)

        static func hexadecimal(_ digits: Int) -> Piece {
            Piece(start: hexadecimalMark, count: UInt32(truncatingIfNeeded: digits))
        }

        /// A range of the templates' bytes, of which there are at most ``Limits/columnBytes``.
        static func literal(_ range: Range<Int>) -> Piece {
            Piece(
                start: UInt32(truncatingIfNeeded: range.lowerBound), count: UInt32(truncatingIfNeeded: range.count))
        }

        private init(start: UInt32, count: UInt32) {
            self.start = start
            self.count = count
        }

        enum Shape {
            case literal(Range<Int>)
            case decimal
            case hexadecimal(Int)
        }

        @inline(__always)
        var shape: Shape {
            switch start {
            case Piece.decimalMark: .decimal
            case Piece.hexadecimalMark: .hexadecimal(Int(count))
            default: .literal(Int(start)..<Int(start) + Int(count))
            }
        }
    }

    /// What stands before the slots: the templates and the template of each text. Enough to search by; templates are
    /// taken apart when they are wanted.
    struct Header: Sendable {
        /// Values of all slots together, as stated.
        private(set) var valueCount = 0
        private(set) var lengths: [UInt64] = []
        private(set) var text: [UInt8] = []
        /// Where each template ends within `text`.
        private(set) var ends: [Int] = []
        private(set) var codes: [UInt32] = []
        /// Where the slots begin, in bytes from the beginning of the header.
        private(set) var length = 0

        var templateCount: Int { ends.count }
        /// In memory.
        var byteCount: Int { text.count + (lengths.count + ends.count) * 8 + codes.count * 4 }

        init(_ reader: inout ByteReader, count: Int) throws(CodecError) {
            let start = reader.offset
            let templates = try reader.count("number of templates", limit: count)
            valueCount = try reader.count("number of slots", limit: Limits.templateValues)
            lengths = try IntColumn.decode(&reader, count: templates)
            text = try Blob.decode(&reader)
            codes = try IntColumn.decodeIndexes(&reader, count: count, below: templates)
            ends.reserveCapacity(templates)
            var at = 0
            for length in lengths {
                guard length <= UInt64(text.count - at) else { throw reader.error("template behind the templates") }
                at += Int(length)
                ends.append(at)
            }
            length = reader.offset - start
        }

        /// A template's bytes within `text`.
        func range(of template: Int) -> Range<Int> { (template == 0 ? 0 : ends[template - 1])..<ends[template] }

        /// Appends a template's pieces; gives back how many slots it has.
        func parse(_ template: Int, into pieces: inout [Piece]) throws(CodecError) -> Int {
            try Header.parse(text.span, range(of: template), &pieces)
        }

        /// What ``parse(_:into:)`` gives back, of every template.
        func slotCounts() throws(CodecError) -> [Int] {
            var counts: [Int] = []
            counts.reserveCapacity(ends.count)
            let text = text.span
            var at = 0
            for end in ends {
                var slots = 0
                while at < end {
                    let byte = text[at]
                    at &+= 1
                    guard byte &- TextTemplate.escape <= TextTemplate.hexadecimal &- TextTemplate.escape else {
                        continue
                    }
                    if byte == TextTemplate.decimal {
                        slots &+= 1
                        continue
                    }
                    guard at < end else { throw CodecError("template ends within a mark") }
                    if byte == TextTemplate.hexadecimal { slots &+= 1 }
                    at &+= 1
                }
                counts.append(slots)
            }
            return counts
        }

        private static func parse(
            _ text: borrowing Span<UInt8>, _ range: Range<Int>, _ pieces: inout [Piece]
        ) throws(CodecError) -> Int {
            var slots = 0
            var literal = range.lowerBound
            var at = literal
            while at < range.upperBound {
                let byte = text[at]
                guard byte &- TextTemplate.escape <= TextTemplate.hexadecimal &- TextTemplate.escape else {
                    at &+= 1
                    continue
                }
                if at > literal { pieces.append(.literal(literal..<at)) }
                if byte == TextTemplate.decimal {
                    pieces.append(.decimal)
                    slots += 1
                    at += 1
                    literal = at
                    continue
                }
                guard at + 1 < range.upperBound else { throw CodecError("template ends within a mark") }
                if byte == TextTemplate.escape {
                    // The byte that is escaped begins the next literal.
                    literal = at + 1
                } else {
                    let digits = Int(text[at + 1])
                    guard digits >= 1, digits <= TextTemplate.maximumHexDigits else {
                        throw CodecError("slot of \(digits) hexadecimal digits")
                    }
                    pieces.append(.hexadecimal(digits))
                    slots += 1
                    literal = at + 2
                }
                at += 2
            }
            if range.upperBound > literal { pieces.append(.literal(literal..<range.upperBound)) }
            return slots
        }
    }
}
