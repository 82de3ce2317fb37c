internal import TeleModel

extension TextTemplates {
    /// Which texts may contain the needle, told by their templates alone.
    static func candidates(
        _ reader: inout ByteReader, count: Int, _ needle: NeedleMask
    ) throws(CodecError) -> [Bool] {
        let templateCount = try reader.count("number of templates", limit: count)
        _ = try reader.count("number of slots", limit: Limits.templateValues)
        let lengths = try IntColumn.decode(&reader, count: templateCount)
        let text = try Blob.decode(&reader)
        var pieces: [Piece] = []
        var isCandidate: [Bool] = []
        isCandidate.reserveCapacity(templateCount)
        var any = false
        var start = 0
        for length in lengths {
            guard length <= UInt64(text.count - start) else { throw reader.error("template behind the templates") }
            let end = start + Int(length)
            pieces.removeAll(keepingCapacity: true)
            _ = try parse(text.span, start..<end, &pieces)
            let found = mayContain(pieces, text.span, needle)
            isCandidate.append(found)
            any = any || found
            start = end
        }
        if !any { return [Bool](repeating: false, count: count) }
        return try IntColumn.decodeIndexes(&reader, count: count, below: templateCount).map { isCandidate[Int($0)] }
    }

    private static func mayContain(
        _ pieces: [Piece], _ text: borrowing Span<UInt8>, _ needle: NeedleMask
    ) -> Bool {
        var state: UInt64 = 0
        for piece in pieces {
            switch piece {
            case .literal(let range): state = needle.literal(text.extracting(range), state)
            case .decimal: state = needle.decimals(state)
            case .hexadecimal(let digits): state = needle.hexadecimals(digits, state)
            }
            if needle.isFound(state) { return true }
        }
        return false
    }
}
