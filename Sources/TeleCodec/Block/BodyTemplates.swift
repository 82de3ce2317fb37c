package import TeleModel

/// The templates of texts as a reader of lines would have them: the text with one `0` in place of each number and of
/// each hexadecimal word; and which of them each text has.
package struct BodyTemplates: Sendable {
    /// One template after another.
    package private(set) var text: [UInt8] = []
    /// Where each ends within `text`.
    package private(set) var ends: [Int] = []
    /// By text.
    package private(set) var codes: [UInt32] = []

    /// Of texts that are at hand.
    package init(_ texts: [ByteRange], _ heap: ByteHeap) {
        var known = TemplateInterner()
        var scratch: [UInt8] = []
        var values: [UInt64] = []
        let (classes, firstOfLength, bytes) = (TextTemplate.classes, TextTemplate.firstOfLength, heap.bytes.span)
        codes.reserveCapacity(texts.count)
        for range in texts {
            scratch.removeAll(keepingCapacity: true)
            values.removeAll(keepingCapacity: true)
            TextTemplate.split(
                bytes.extracting(range.range), classes: classes.span, firstOfLength: firstOfLength.span,
                template: &scratch, values: &values)
            codes.append(known.code(scratch))
        }
        var start = 0
        for length in known.lengths {
            append(known.heap, start..<start + Int(length))
            start += Int(length)
        }
    }

    init(_ header: TextTemplates.Header) {
        codes = header.codes
        ends.reserveCapacity(header.templateCount)
        for template in 0..<header.templateCount { append(header.text, header.range(of: template)) }
    }

    package func range(of template: Int) -> Range<Int> { (template == 0 ? 0 : ends[template - 1])..<ends[template] }

    /// `codes` number the texts that these are the templates of.
    mutating func spread(_ places: [UInt32]) { codes = places.map { codes[Int($0)] } }

    private mutating func append(_ template: [UInt8], _ range: Range<Int>) {
        let digit = UInt8(ascii: "0")
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = template[at]
            at += 1
            switch byte {
            case TextTemplate.decimal: text.append(digit)
            case TextTemplate.hexadecimal:
                text.append(digit)
                at += 1
            case TextTemplate.escape:
                if at < range.upperBound { text.append(template[at]) }
                at += 1
            default: text.append(byte)
            }
        }
        ends.append(text.count)
    }
}

extension LogBlockReader {
    /// The templates of all bodies; nil where they are not kept that way, or not all bodies are strings.
    package func bodyTemplates() throws(CodecError) -> BodyTemplates? {
        let kinds = try bodies.kinds({ () throws(CodecError) in try pages.page(.body) }, rows: meta.rows)
        guard kinds.all == nil else { return nil }
        if let header = bodies.parts.header, bodies.parts.isPlain { return BodyTemplates(header) }
        let page = try pages.page(.body)
        var reader = ByteReader(page.span.bytes.extracting(kinds.textsAt..<page.count))
        return try TextColumn.templates(&reader, count: kinds.texts, kept: bodies)
    }
}

extension TextColumn {
    /// Templates of a column of which few texts have to be read for them; else nil.
    fileprivate static func templates(
        _ reader: inout ByteReader, count: Int, kept: KeptBodies
    ) throws(CodecError) -> BodyTemplates? {
        guard count > 0 else { return nil }
        var heap = ByteHeap()
        switch try reader.byte() {
        case constant:
            let text = try reader.bytes(try reader.count("length of a text", limit: reader.remaining))
            var one = BodyTemplates([heap.append(text.span)], heap)
            one.spread([UInt32](repeating: 0, count: count))
            return one
        case dictionary:
            let distinct = try reader.count("dictionary size", limit: count)
            var found = BodyTemplates(try decodeTexts(&reader, count: distinct, into: &heap, kept: kept), heap)
            found.spread(try IntColumn.decodeIndexes(&reader, count: count, below: distinct))
            return found
        case templates:
            kept.notePlain()
            return BodyTemplates(try KeptBodies.header(&reader, count: count, kept))
        default: return nil
        }
    }
}
