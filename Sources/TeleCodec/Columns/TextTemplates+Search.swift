internal import TeleModel

extension TextTemplates {
    /// Which texts may contain the needle, told by their templates alone.
    static func candidates(
        _ reader: inout ByteReader, count: Int, _ needle: NeedleMask, kept: KeptHeader? = nil
    ) throws(CodecError) -> [Bool] {
        let header = try KeptHeader.header(&reader, count: count, kept)
        var isCandidate: [Bool] = []
        isCandidate.reserveCapacity(header.templateCount)
        for template in 0..<header.templateCount { isCandidate.append(mayContain(header, template, needle)) }
        if !isCandidate.contains(true) { return [Bool](repeating: false, count: count) }
        return header.codes.map { isCandidate[Int($0)] }
    }

    private static func mayContain(_ header: Header, _ template: Int, _ needle: NeedleMask) -> Bool {
        let text = header.text.span
        let pieces = header.pieces.span
        var state: UInt64 = 0
        for piece in header.pieces(of: template) {
            switch pieces[piece].shape {
            case .literal(let range): state = needle.literal(text.extracting(range), state)
            case .decimal: state = needle.decimals(state)
            case .hexadecimal(let digits): state = needle.hexadecimals(digits, state)
            }
            if needle.isFound(state) { return true }
        }
        return false
    }
}
