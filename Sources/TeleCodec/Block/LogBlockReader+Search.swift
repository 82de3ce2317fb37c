package import TeleModel

extension LogBlockReader {
    /// The rows of a trace, rising. Only the page of ids is read.
    package func rows(of trace: TraceID) throws(CodecError) -> [Int] {
        try traceIDs(try pages.page(.ids)).rows(of: trace)
    }

    /// The rows, rising, whose body may contain all the needles: those of the right template, and all whose body is
    /// no string. Only the body page is read. Nothing is missing; ask the bodies themselves for certainty.
    package func bodyCandidates(_ needles: [NeedleMask]) throws(CodecError) -> [Int] {
        let kinds = try bodies.kinds({ () throws(CodecError) in try pages.page(.body) }, rows: meta.rows)
        var passes: [Bool]?
        for needle in needles {
            let found = try candidates(needle, kinds)
            if var both = passes {
                for i in both.indices where !found[i] { both[i] = false }
                passes = both
            } else {
                passes = found
            }
        }
        guard let passes else { return Array(0..<meta.rows) }
        var rows: [Int] = []
        guard let all = kinds.all else {
            for row in passes.indices where passes[row] { rows.append(row) }
            return rows
        }
        var text = 0
        for row in all.indices {
            if all[row] == ValueKind.string.rawValue {
                if passes[text] { rows.append(row) }
                text += 1
            } else {
                rows.append(row)
            }
        }
        return rows
    }

    private func candidates(_ needle: NeedleMask, _ kinds: KeptBodies.Kinds) throws(CodecError) -> [Bool] {
        // Templates that were read before tell it without the page; a dictionary's are those of its distinct texts.
        if let header = bodies.parts.header, header.codes.count == kinds.texts, bodies.parts.isPlain {
            return try TextTemplates.candidates(header, needle)
        }
        let page = try pages.page(.body)
        var column = ByteReader(page.span.bytes.extracting(kinds.textsAt..<page.count))
        return try TextColumn.candidates(&column, count: kinds.texts, needle, kept: bodies)
    }
}
