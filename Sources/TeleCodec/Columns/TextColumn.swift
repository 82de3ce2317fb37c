package import TeleModel

/// A column of texts (any bytes): format byte 0 constant, 1 dictionary, 2 raw, 4 templates (``TextTemplates``).
package enum TextColumn {
    static let constant: UInt8 = 0
    static let dictionary: UInt8 = 1
    static let raw: UInt8 = 2
    static let templates: UInt8 = 4

    /// What ``encode(_:heap:into:)`` found.
    package struct Found {
        /// The distinct texts, or all of them where they were found to repeat little.
        package var texts: [ByteRange]
        /// Where these texts are stored as templates.
        var templates: TextTemplates.Encoded?
    }

    /// Texts are ranges of `heap`. Gives back the distinct texts, or all where they were found to repeat little.
    @discardableResult
    package static func encode(
        _ ranges: borrowing Span<ByteRange>, heap: borrowing Span<UInt8>, into out: inout [UInt8]
    ) -> [ByteRange] {
        find(ranges, heap: heap, into: &out).texts
    }

    /// ``encode(_:heap:into:)`` for who looks at the texts afterwards.
    static func find(
        _ ranges: borrowing Span<ByteRange>, heap: borrowing Span<UInt8>, into out: inout [UInt8]
    ) -> Found {
        let count = ranges.count
        guard count > 0 else { return Found(texts: []) }
        var interner = TextInterner()
        var codes: [UInt64] = []
        codes.reserveCapacity(count)
        var last = ByteRange.empty
        var lastCode: UInt64 = 0
        for i in 0..<count {
            let range = ranges[i]
            if i == 0 || range != last {
                last = range
                lastCode = UInt64(interner.code(range, in: heap))
            }
            codes.append(lastCode)
            // Texts that hardly repeat are no dictionary: decided early, so that it costs little.
            if i & 2047 == 2047, interner.count * 8 > i * 5 { break }
        }
        let distinct = interner.ranges
        if codes.count == count, distinct.count == 1 {
            out.append(constant)
            append(text: distinct[0], heap, &out)
            return Found(texts: distinct)
        }
        if codes.count == count, distinct.count * 2 < count || count < 4 {
            out.append(dictionary)
            out.append(varint: distinct.count)
            let templates = appendTexts(distinct.span, heap, &out)
            IntColumn.encode(codes, into: &out)
            return Found(texts: distinct, templates: templates)
        }
        let templates = appendTexts(ranges, heap, &out)
        if codes.count == count, templates == nil { return Found(texts: distinct) }
        return Found(texts: ranges.withUnsafeBufferPointer { Array($0) }, templates: templates)
    }

    private static func append(text: ByteRange, _ heap: borrowing Span<UInt8>, _ out: inout [UInt8]) {
        out.append(varint: Int(text.count))
        out.append(span: heap.extracting(text.range))
    }

    /// As templates where that takes less, else lengths and the texts one after another.
    private static func appendTexts(
        _ ranges: borrowing Span<ByteRange>, _ heap: borrowing Span<UInt8>, _ out: inout [UInt8]
    ) -> TextTemplates.Encoded? {
        var total = 0
        for i in 0..<ranges.count { total += Int(ranges[i].count) }
        let split = ranges.count < 8 ? nil : TextTemplates.encode(ranges, heap, limit: total)
        var plain: [UInt8] = []
        if split == nil || total <= smallTexts { appendRaw(ranges, heap, total, &plain) }
        if let split, total > smallTexts || split.bytes.count < plain.count {
            out.append(templates)
            out.append(contentsOf: split.bytes)
            return split
        }
        out.append(raw)
        out.append(contentsOf: plain)
        return nil
    }

    /// Up to so many bytes both ways are tried.
    private static let smallTexts = 32 << 10

    private static func appendRaw(
        _ ranges: borrowing Span<ByteRange>, _ heap: borrowing Span<UInt8>, _ total: Int, _ out: inout [UInt8]
    ) {
        var lengths: [UInt64] = []
        lengths.reserveCapacity(ranges.count)
        var texts: [UInt8] = []
        texts.reserveCapacity(total)
        for i in 0..<ranges.count {
            lengths.append(UInt64(ranges[i].count))
            texts.append(span: heap.extracting(ranges[i].range))
        }
        IntColumn.encode(lengths, into: &out)
        Blob.encode(texts, into: &out)
    }
}
