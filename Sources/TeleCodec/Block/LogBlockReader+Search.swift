package import TeleModel

extension LogBlockReader {
    /// The rows of a trace, rising. Only the page of ids is read.
    package func rows(of trace: TraceID) throws(CodecError) -> [Int] {
        let page = try pages.page(.ids)
        var reader = ByteReader(page.span.bytes)
        return try IdentifierColumn.rows(of: trace, &reader, rows: meta.rows)
    }

    /// The rows, rising, whose body may contain all the needles: those of the right template, and all whose body is
    /// no string. Only the body page is read. Nothing is missing; ask the bodies themselves for certainty.
    package func bodyCandidates(_ needles: [NeedleMask]) throws(CodecError) -> [Int] {
        let page = try pages.page(.body)
        var reader = ByteReader(page.span.bytes)
        let kinds = try IntColumn.decodeIndexes(&reader, count: meta.rows, below: 8)
        var texts = 0
        for kind in kinds where kind == UInt32(ValueKind.string.rawValue) { texts += 1 }
        let start = reader.offset
        var passes = [Bool](repeating: true, count: texts)
        for needle in needles {
            var column = ByteReader(page.span.bytes.extracting(start..<page.count))
            let found = try TextColumn.candidates(&column, count: texts, needle, kept: bodyTexts)
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
