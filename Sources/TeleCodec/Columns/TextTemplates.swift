internal import TeleModel

/// A column of texts as templates and slots. Bytes: varint number of templates and of slots in all; the templates'
/// lengths and bytes; the template of each text; then the slots' values by ``SlotContexts``, within a context in the
/// order of the texts: of a context with many values a column of its own, of the others the lengths in digits and, by
/// length, the values.
enum TextTemplates {
    /// Contexts with fewer values share columns: one of their own would cost more than it finds.
    static let ownColumn = 128
    /// So many of the most frequent templates come first: their codes have one byte, which is what planes are good at.
    private static let frequent = 255

    /// A column that was written, and what a filter wants to know of it.
    struct Encoded {
        var bytes: [UInt8] = []
        /// The templates one after another, their lengths, the template of each text.
        var text: [UInt8]
        var lengths: [UInt64]
        var codes: [UInt64]
    }

    /// nil where the texts have hardly anything in common, or too many slots.
    static func encode(
        _ ranges: borrowing Span<ByteRange>, _ heap: borrowing Span<UInt8>, limit: Int
    ) -> Encoded? {
        let count = ranges.count
        let classes = TextTemplate.classes
        let firstOfLength = TextTemplate.firstOfLength
        var scratch: [UInt8] = []
        var known = TemplateInterner()
        var codes: [UInt64] = []
        codes.reserveCapacity(count)
        var values: [UInt64] = []
        values.reserveCapacity(count * 4)
        for i in 0..<count {
            scratch.removeAll(keepingCapacity: true)
            TextTemplate.split(
                heap.extracting(ranges[i].range), classes: classes.span, firstOfLength: firstOfLength.span,
                template: &scratch, values: &values)
            codes.append(UInt64(known.code(scratch)))
            // Many templates, or none to speak of: not what this is for. Looked at early, so that it costs little.
            if i == 1023 || i == 8191, known.bytes * 2 > limit / count * i { return nil }
            if values.count > Limits.templateValues { return nil }
        }
        if values.isEmpty { return nil }
        let ranks = known.sort(frequent: frequent)
        for i in codes.indices { codes[i] = UInt64(ranks[Int(codes[i])]) }
        var out: [UInt8] = []
        out.append(varint: known.count)
        out.append(varint: values.count)
        IntColumn.encode(known.lengths, into: &out)
        Blob.encode(known.heap.span, effort: .thorough, into: &out)
        IntColumn.encode(codes, into: &out)
        let contexts = SlotContexts(known.heap.span, lengths: known.lengths)
        appendSlots(codes, values, contexts, contexts.counts(uses: known.uses), &out)
        return Encoded(bytes: out, text: known.heap, lengths: known.lengths, codes: codes)
    }

    /// `values`: of all texts, one after another.
    private static func appendSlots(
        _ codes: [UInt64], _ values: [UInt64], _ contexts: SlotContexts, _ counts: [Int], _ out: inout [UInt8]
    ) {
        var cursors: [Int] = []
        cursors.reserveCapacity(counts.count)
        var start = 0
        for count in counts {
            cursors.append(start)
            start += count
        }
        var columns = [UInt64](repeating: 0, count: values.count)
        var at = 0
        for code in codes {
            for slot in contexts.range(of: Int(code)) {
                let context = Int(contexts.codes[slot])
                columns[cursors[context]] = values[at]
                cursors[context] &+= 1
                at &+= 1
            }
        }
        var shared = SharedSlots()
        start = 0
        for count in counts {
            let column = columns.span.extracting(start..<start + count)
            if count >= ownColumn { IntColumn.encode(column, into: &out) } else { shared.append(column) }
            start += count
        }
        shared.encode(into: &out)
    }
}
