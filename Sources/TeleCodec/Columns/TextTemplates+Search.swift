internal import TeleModel

extension TextTemplates {
    /// Which texts may contain the needle, told by their templates alone.
    static func candidates(
        _ reader: inout ByteReader, count: Int, _ needle: NeedleMask, kept: KeptBodies? = nil
    ) throws(CodecError) -> [Bool] {
        try candidates(try KeptBodies.header(&reader, count: count, kept), needle)
    }

    static func candidates(_ header: Header, _ needle: NeedleMask) throws(CodecError) -> [Bool] {
        var isCandidate = [Bool](repeating: false, count: header.templateCount)
        let literal = needle.literal.span
        let text = header.text.span
        if ByteSearch.find(literal, in: text) == nil { return [Bool](repeating: false, count: header.codes.count) }
        var pieces: [Piece] = []
        for template in isCandidate.indices {
            let own = text.extracting(header.range(of: template))
            guard ByteSearch.find(literal, in: own) != nil else { continue }
            pieces.removeAll(keepingCapacity: true)
            _ = try header.parse(template, into: &pieces)
            isCandidate[template] = mayContain(pieces, text, needle)
        }
        return header.codes.map { isCandidate[Int($0)] }
    }

    private static func mayContain(
        _ pieces: [Piece], _ text: borrowing Span<UInt8>, _ needle: NeedleMask
    ) -> Bool {
        var state: UInt64 = 0
        for piece in pieces {
            switch piece.shape {
            case .literal(let range): state = needle.literal(text.extracting(range), state)
            case .decimal: state = needle.decimals(state)
            case .hexadecimal(let digits): state = needle.hexadecimals(digits, state)
            }
            if needle.isFound(state) { return true }
        }
        return false
    }
}
