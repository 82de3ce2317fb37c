internal import TeleModel

extension TextTemplates {
    /// A template as pieces: literal bytes, or a slot.
    enum Piece {
        case literal(Range<Int>)
        case decimal
        case hexadecimal(Int)
    }

    static func decode(
        _ reader: inout ByteReader, count: Int, rows: [Int]?, into heap: inout ByteHeap
    ) throws(CodecError) -> [ByteRange] {
        let templateCount = try reader.count("number of templates", limit: count)
        let valueCount = try reader.count("number of slots", limit: Limits.templateValues)
        let lengths = try IntColumn.decode(&reader, count: templateCount)
        let text = try Blob.decode(&reader)
        let codes = try IntColumn.decodeIndexes(&reader, count: count, below: templateCount)
        var uses = [Int](repeating: 0, count: templateCount)
        for code in codes { uses[Int(code)] &+= 1 }

        // Of templates that no wanted row has, only the slots count.
        var isWanted = [Bool](repeating: rows == nil, count: templateCount)
        if let rows { for row in rows { isWanted[Int(codes[row])] = true } }
        var pieces: [Piece] = []
        var pieceEnds: [Int] = []
        pieceEnds.reserveCapacity(templateCount)
        var slots: [Int] = []
        var start = 0
        for template in lengths.indices {
            let length = lengths[template]
            guard length <= UInt64(text.count - start) else { throw reader.error("template behind the templates") }
            let end = start + Int(length)
            let count =
                isWanted[template]
                ? try parse(text.span, start..<end, &pieces) : try countSlots(text.span, start..<end)
            slots.append(count)
            pieceEnds.append(pieces.count)
            start = end
        }
        let values = try decodeSlots(&reader, slots: slots, uses: uses, total: valueCount)
        return try build(&reader, codes, rows, text, pieces, pieceEnds, slots, uses, values, &heap)
    }

    static func parse(
        _ text: borrowing Span<UInt8>, _ range: Range<Int>, _ pieces: inout [Piece]
    ) throws(CodecError) -> Int {
        var slots = 0
        var literal = range.lowerBound
        var at = literal
        func close(_ end: Int) { if end > literal { pieces.append(.literal(literal..<end)) } }
        while at < range.upperBound {
            let byte = text[at]
            guard byte >= TextTemplate.escape, byte <= TextTemplate.hexadecimal else {
                at += 1
                continue
            }
            close(at)
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
        close(range.upperBound)
        return slots
    }

    /// What ``parse`` gives back, without the pieces.
    private static func countSlots(
        _ text: borrowing Span<UInt8>, _ range: Range<Int>
    ) throws(CodecError) -> Int {
        var slots = 0
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = text[at]
            at &+= 1
            guard byte >= TextTemplate.escape, byte <= TextTemplate.hexadecimal else { continue }
            if byte == TextTemplate.decimal {
                slots &+= 1
                continue
            }
            guard at < range.upperBound else { throw CodecError("template ends within a mark") }
            if byte == TextTemplate.hexadecimal { slots &+= 1 }
            at &+= 1
        }
        return slots
    }

    private static func decodeSlots(
        _ reader: inout ByteReader, slots: [Int], uses: [Int], total: Int
    ) throws(CodecError) -> [UInt64] {
        var expected = 0
        for template in slots.indices {
            let (product, overflow) = slots[template].multipliedReportingOverflow(by: uses[template])
            guard !overflow, product <= total - expected else { throw reader.error("slots are more than stated") }
            expected += product
        }
        guard expected == total else { throw reader.error("slots are fewer than stated") }
        var values = [UInt64](repeating: 0, count: total)
        var at = 0
        var sharedRanges: [Range<Int>] = []
        var sharedCount = 0
        for template in slots.indices {
            for _ in 0..<slots[template] {
                let end = at + uses[template]
                if uses[template] >= ownColumn {
                    let column = try IntColumn.decode(&reader, count: uses[template])
                    for i in column.indices { values[at + i] = column[i] }
                } else {
                    sharedRanges.append(at..<end)
                    sharedCount += uses[template]
                }
                at = end
            }
        }
        let sizes = try IntColumn.decodeIndexes(&reader, count: sharedCount, below: SharedSlots.classes)
        var counts = [Int](repeating: 0, count: SharedSlots.classes)
        for size in sizes { counts[Int(size)] += 1 }
        var columns: [[UInt64]] = []
        for size in 0..<SharedSlots.classes { columns.append(try IntColumn.decode(&reader, count: counts[size])) }
        var cursors = [Int](repeating: 0, count: SharedSlots.classes)
        var next = 0
        for range in sharedRanges {
            for place in range {
                let size = Int(sizes[next])
                next += 1
                values[place] = columns[size][cursors[size]]
                cursors[size] += 1
            }
        }
        return values
    }

    private static func build(
        _ reader: inout ByteReader, _ codes: [UInt32], _ rows: [Int]?, _ text: [UInt8], _ pieces: [Piece],
        _ pieceEnds: [Int], _ slots: [Int], _ uses: [Int], _ values: [UInt64], _ heap: inout ByteHeap
    ) throws(CodecError) -> [ByteRange] {
        var cursors: [Int] = []
        var start = 0
        for template in slots.indices {
            cursors.append(start)
            start += slots[template] * uses[template]
        }
        let firstOfLength = TextTemplate.firstOfLength
        var out: [ByteRange] = []
        out.reserveCapacity(rows?.count ?? codes.count)
        var pick = 0
        for row in codes.indices {
            let template = Int(codes[row])
            var value = cursors[template]
            cursors[template] += 1
            if let rows {
                if pick == rows.count { break }
                if rows[pick] != row { continue }
                pick += 1
            }
            let begin = heap.bytes.count
            for piece in pieces[(template == 0 ? 0 : pieceEnds[template - 1])..<pieceEnds[template]] {
                switch piece {
                case .literal(let range): heap.bytes.append(span: text.span.extracting(range))
                case .decimal:
                    guard
                        TextTemplate.appendDecimal(
                            values[value], firstOfLength: firstOfLength.span, to: &heap.bytes)
                    else {
                        throw reader.error("number that no text has")
                    }
                    value &+= uses[template]
                case .hexadecimal(let digits):
                    for digit in 0..<digits {
                        let nibble = UInt8(truncatingIfNeeded: values[value] &>> UInt64((digits - 1 - digit) * 4)) & 15
                        heap.bytes.append(Hex.digit(nibble))
                    }
                    value &+= uses[template]
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
