internal import TeleModel

extension TextTemplates {
    /// `kept`: the header, where a search has read it before; it is left there.
    static func decode(
        _ reader: inout ByteReader, count: Int, rows: [Int]?, into heap: inout ByteHeap, kept: KeptBodies? = nil,
        needsEnd: Bool = true
    ) throws(CodecError) -> [ByteRange] {
        let header = try KeptBodies.header(&reader, count: count, kept)
        let slots = try Slots(
            &reader, header, try KeptBodies.layout(header, kept), rows: rows, needsEnd: needsEnd)
        return try build(reader, header, rows, slots, &heap)
    }

    /// The pieces of the templates that wanted texts have, and where those of each template end.
    private static func pieces(
        _ header: Header, _ rows: [Int]?
    ) throws(CodecError) -> (pieces: [Piece], ends: [Int]) {
        var pieces: [Piece] = []
        var ends: [Int] = []
        ends.reserveCapacity(header.templateCount)
        var isWanted = [Bool](repeating: rows == nil, count: header.templateCount)
        for row in rows ?? [] { isWanted[Int(header.codes[row])] = true }
        for template in 0..<header.templateCount {
            if isWanted[template] { _ = try header.parse(template, into: &pieces) }
            ends.append(pieces.count)
        }
        return (pieces, ends)
    }

    private static func build(
        _ reader: borrowing ByteReader, _ header: Header, _ rows: [Int]?, _ slots: Slots, _ heap: inout ByteHeap
    ) throws(CodecError) -> [ByteRange] {
        let firstOfLength = TextTemplate.firstOfLength
        let (pieces, ends) = try pieces(header, rows)
        let values = slots.values.span
        let text = header.text.span
        let contexts = slots.contexts.codes.span
        var cursors = slots.starts
        var out: [ByteRange] = []
        let count = rows?.count ?? header.codes.count
        out.reserveCapacity(count)
        for i in 0..<count {
            let template = Int(header.codes[rows?[i] ?? i])
            var slot = slots.contexts.range(of: template).lowerBound
            let begin = heap.bytes.count
            for piece in pieces[(template == 0 ? 0 : ends[template - 1])..<ends[template]] {
                switch piece.shape {
                case .literal(let range): heap.bytes.append(span: text.extracting(range))
                case .decimal:
                    let context = Int(contexts[slot])
                    slot &+= 1
                    let value = values[cursors[context]]
                    cursors[context] &+= 1
                    guard
                        TextTemplate.appendDecimal(
                            value, firstOfLength: firstOfLength.span, to: &heap.bytes)
                    else { throw reader.error("number that no text has") }
                case .hexadecimal(let digits):
                    let context = Int(contexts[slot])
                    slot &+= 1
                    let value = values[cursors[context]]
                    cursors[context] &+= 1
                    for digit in 0..<digits {
                        let nibble = UInt8(truncatingIfNeeded: value &>> UInt64((digits - 1 - digit) * 4)) & 15
                        heap.bytes.append(Hex.digit(nibble))
                    }
                }
            }
            guard heap.bytes.count <= Limits.columnBytes else {
                throw reader.error("texts of a block are over the limit")
            }
            out.append(ByteRange(offset: UInt32(begin), count: UInt32(heap.bytes.count - begin)))
        }
        return out
    }
}
