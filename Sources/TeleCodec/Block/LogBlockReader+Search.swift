internal import TeleModel

extension LogBlockReader {
    /// The rows, rising, whose body may contain all the needles: those of the right template, and all whose body is
    /// no string. Only the body page is read. Nothing is missing; ask the bodies themselves for certainty.
    package func bodyCandidates(_ needles: [NeedleMask]) throws(CodecError) -> [Int] {
        let pages = try BlockPages(meta, readsAll: false, source: source)
        let page = try pages.page(.body)
        var reader = ByteReader(page.span.bytes)
        let kinds = try IntColumn.decodeIndexes(&reader, count: meta.rows, below: 8)
        var texts = 0
        for kind in kinds where kind == UInt32(ValueKind.string.rawValue) { texts += 1 }
        let start = reader.offset
        var passes = [Bool](repeating: true, count: texts)
        for needle in needles {
            var column = ByteReader(page.span.bytes.extracting(start..<page.count))
            let found = try TextColumn.candidates(&column, count: texts, needle)
            for i in 0..<texts where !found[i] { passes[i] = false }
        }
        var rows: [Int] = []
        var text = 0
        for row in kinds.indices {
            if kinds[row] == UInt32(ValueKind.string.rawValue) {
                if passes[text] { rows.append(row) }
                text += 1
            } else {
                rows.append(row)
            }
        }
        return rows
    }
}
