package import TeleModel

extension TextColumn {
    /// The texts of `rows` (all when nil; each below `count`) of a column of `count` texts, appended to the heap.
    /// Repeated texts share their bytes. The heap never grows over ``Limits/columnBytes``.
    package static func decode(
        _ reader: inout ByteReader, count: Int, rows: [Int]? = nil, into heap: inout ByteHeap
    ) throws(CodecError) -> [ByteRange] {
        try decode(&reader, count: count, rows: rows, into: &heap, kept: nil, needsEnd: true)
    }

    /// `kept`: what a search of the same column has read. Without `needsEnd` the reader may stand anywhere afterwards.
    static func decode(
        _ reader: inout ByteReader, count: Int, rows: [Int]?, into heap: inout ByteHeap, kept: KeptBodies?,
        needsEnd: Bool
    ) throws(CodecError) -> [ByteRange] {
        guard count > 0 else { return [] }
        if let rows, rows.isEmpty, !needsEnd { return [] }
        let encoding = try reader.byte()
        switch encoding {
        case constant:
            let length = try reader.count("length of a text", limit: reader.remaining)
            let text = try reader.bytes(length)
            try reserve(length, in: heap, reader)
            return [ByteRange](repeating: heap.append(text.span), count: rows?.count ?? count)
        case dictionary:
            let distinct = try reader.count("dictionary size", limit: count)
            let texts = try decodeTexts(&reader, count: distinct, into: &heap, kept: kept)
            var out: [ByteRange] = []
            out.reserveCapacity(rows?.count ?? count)
            for code in try IntColumn.decode(&reader, count: count, places: rows) {
                guard code < UInt64(texts.count) else { throw reader.error("text code \(code) of \(texts.count)") }
                out.append(texts[Int(code)])
            }
            return out
        case raw: return try decodeRaw(&reader, count: count, rows: rows, into: &heap)
        case templates:
            kept?.notePlain()
            return try TextTemplates.decode(
                &reader, count: count, rows: rows, into: &heap, kept: kept, needsEnd: needsEnd)
        default: throw reader.error("unknown encoding \(encoding) of a text column")
        }
    }

    /// Texts that are no dictionary.
    static func decodeTexts(
        _ reader: inout ByteReader, count: Int, into heap: inout ByteHeap, kept: KeptBodies? = nil
    ) throws(CodecError) -> [ByteRange] {
        guard count > 0 else { return [] }
        let encoding = try reader.byte()
        switch encoding {
        case raw: return try decodeRaw(&reader, count: count, rows: nil, into: &heap)
        case templates: return try TextTemplates.decode(&reader, count: count, rows: nil, into: &heap, kept: kept)
        default: throw reader.error("unknown encoding \(encoding) of texts")
        }
    }

    static func decodeRaw(
        _ reader: inout ByteReader, count: Int, rows: [Int]?, into heap: inout ByteHeap
    ) throws(CodecError) -> [ByteRange] {
        let lengths = try IntColumn.decode(&reader, count: count)
        var starts: [Int] = []
        starts.reserveCapacity(count + 1)
        var end = 0
        for length in lengths {
            starts.append(end)
            guard length <= UInt64(Limits.columnBytes - end) else { throw reader.error("texts are over the limit") }
            end += Int(length)
        }
        let texts = try Blob.decode(&reader)
        guard texts.count == end else { throw reader.error("texts and their lengths disagree") }
        var out: [ByteRange] = []
        out.reserveCapacity(rows?.count ?? count)
        if let rows {
            for row in rows {
                try reserve(Int(lengths[row]), in: heap, reader)
                out.append(heap.append(texts.span.extracting(starts[row]..<starts[row] + Int(lengths[row]))))
            }
            return out
        }
        try reserve(end, in: heap, reader)
        let base = heap.append(texts.span).offset
        for row in 0..<count {
            out.append(ByteRange(offset: base &+ UInt32(starts[row]), count: UInt32(lengths[row])))
        }
        return out
    }

    static func reserve(_ count: Int, in heap: ByteHeap, _ reader: borrowing ByteReader) throws(CodecError) {
        guard count <= Limits.columnBytes - heap.count else {
            throw reader.error("texts of a block are over the limit")
        }
    }
}
