internal import TeleModel

/// A column of texts as templates and slots. Bytes: varint number of templates and of slots in all; the templates'
/// lengths and bytes; the template of each text; then the slots' values, all texts of template 0 first, its slots one
/// after another: of a slot with many values a column of its own, of the others the lengths in digits and, by length,
/// the values.
enum TextTemplates {
    /// Slots with fewer values share columns: one of their own would cost more than it finds.
    static let ownColumn = 128

    /// nil where the texts have hardly anything in common, or too many slots.
    static func encode(
        _ ranges: borrowing Span<ByteRange>, _ heap: borrowing Span<UInt8>, limit: Int
    ) -> [UInt8]? {
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
            let slots = TextTemplate.split(
                heap.extracting(ranges[i].range), classes: classes.span, firstOfLength: firstOfLength.span,
                template: &scratch, values: &values)
            codes.append(UInt64(known.code(scratch, slots: slots)))
            // Many templates, or none to speak of: not what this is for. Looked at early, so that it costs little.
            if i == 1023 || i == 8191, known.bytes * 2 > limit / count * i { return nil }
            if values.count > Limits.templateValues { return nil }
        }
        if values.isEmpty { return nil }
        var out: [UInt8] = []
        out.append(varint: known.count)
        out.append(varint: values.count)
        IntColumn.encode(known.lengths, into: &out)
        Blob.encode(known.heap, into: &out)
        IntColumn.encode(codes, into: &out)
        appendSlots(grouped(codes, values, known), known, &out)
        return out
    }

    /// The values in the order: template, slot, text.
    private static func grouped(_ codes: [UInt64], _ values: [UInt64], _ known: TemplateInterner) -> [UInt64] {
        var out = [UInt64](repeating: 0, count: values.count)
        var cursors: [Int] = []
        var start = 0
        for template in 0..<known.count {
            cursors.append(start)
            start += known.slots[template] * known.uses[template]
        }
        var at = 0
        for code in codes {
            let template = Int(code)
            let uses = known.uses[template]
            var target = cursors[template]
            for _ in 0..<known.slots[template] {
                out[target] = values[at]
                at &+= 1
                target &+= uses
            }
            cursors[template] &+= 1
        }
        return out
    }

    private static func appendSlots(_ values: [UInt64], _ known: TemplateInterner, _ out: inout [UInt8]) {
        var shared = SharedSlots()
        var at = 0
        for template in 0..<known.count {
            let uses = known.uses[template]
            for _ in 0..<known.slots[template] {
                let column = values.span.extracting(at..<at + uses)
                if uses >= ownColumn { IntColumn.encode(column, into: &out) } else { shared.append(column) }
                at += uses
            }
        }
        shared.encode(into: &out)
    }
}
