internal import TeleModel

extension TextColumn {
    /// Which of the column's texts may contain the needle: exact but for templates with slots and for long needles.
    /// Texts are not rebuilt from templates. The reader stands somewhere within the column afterwards.
    static func candidates(
        _ reader: inout ByteReader, count: Int, _ needle: NeedleMask, kept: KeptBodies? = nil
    ) throws(CodecError) -> [Bool] {
        guard count > 0 else { return [] }
        let encoding = try reader.byte()
        switch encoding {
        case constant:
            let length = try reader.count("length of a text", limit: reader.remaining)
            let text = try reader.bytes(length)
            return [Bool](repeating: needle.isIn(text.span), count: count)
        case dictionary:
            let distinct = try reader.count("dictionary size", limit: count)
            var heap = ByteHeap()
            let texts = try decodeTexts(&reader, count: distinct, into: &heap, kept: kept)
            let bytes = heap.bytes.span
            var isFound: [Bool] = []
            for text in texts { isFound.append(needle.isIn(bytes.extracting(text.range))) }
            guard isFound.contains(true) else { return [Bool](repeating: false, count: count) }
            let codes = try IntColumn.decodeIndexes(&reader, count: count, below: distinct)
            return codes.map { isFound[Int($0)] }
        case raw:
            var heap = ByteHeap()
            let texts = try decodeRaw(&reader, count: count, rows: nil, into: &heap)
            let bytes = heap.bytes.span
            var out: [Bool] = []
            out.reserveCapacity(count)
            for text in texts { out.append(needle.isIn(bytes.extracting(text.range))) }
            return out
        case templates:
            kept?.notePlain()
            return try TextTemplates.candidates(&reader, count: count, needle, kept: kept)
        default: throw reader.error("unknown encoding \(encoding) of a text column")
        }
    }
}
