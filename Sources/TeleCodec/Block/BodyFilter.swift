internal import TeleModel

/// The words and trigrams of string bodies, for a block's filter. Bodies that are stored as templates have most of
/// both in their templates, which are few.
enum BodyFilter {
    static func insert(_ found: TextColumn.Found, _ heap: borrowing Span<UInt8>, into filter: inout FilterItems) {
        var trigrams = Trigrams()
        let classes = Trigrams.classes
        if let templates = found.templates {
            let kinds = insert(templates, &trigrams, &filter)
            for i in found.texts.indices where kinds[Int(templates.codes[i])] != .closed {
                let text = heap.extracting(found.texts[i].range)
                insertWords(of: text, &filter)
                if kinds[Int(templates.codes[i])] == .hexadecimal { trigrams.insert(text, classes.span) }
            }
        } else {
            for range in found.texts {
                let text = heap.extracting(range.range)
                insertWords(of: text, &filter)
                trigrams.insert(text, classes.span)
            }
        }
        trigrams.forEach { filter.insert(BlockFilter.item(trigram: $0)) }
    }

    /// What a template says of its texts.
    private enum Kind {
        /// All their words and trigrams.
        case closed
        /// Words have slots within.
        case open
        /// Trigrams too.
        case hexadecimal
    }

    /// All digits are one class, so that a slot of one, two and three of them shows every trigram that there can be,
    /// and some more.
    private static let digitCounts = 1...3

    private static func insert(
        _ templates: TextTemplates.Encoded, _ trigrams: inout Trigrams, _ filter: inout FilterItems
    ) -> [Kind] {
        let classes = Trigrams.classes
        var kinds: [Kind] = []
        kinds.reserveCapacity(templates.lengths.count)
        var scratch: [UInt8] = []
        var start = 0
        for length in templates.lengths {
            let end = start + Int(length)
            var kind = Kind.closed
            for digits in digitCounts {
                let slots = expand(templates.text, start..<end, digits, &scratch)
                if slots.hexadecimal > 0 { kind = .hexadecimal }
                let text = scratch.span
                if kind != .hexadecimal { trigrams.insert(text, classes.span) }
                if kind == .closed {
                    Tokens.forEach(in: text) { word in
                        for i in word where text[i] &- 0x30 < 10 {
                            kind = .open
                            return
                        }
                        filter.insert(BlockFilter.item(token: Hash64.of(text.extracting(word))))
                    }
                }
                if slots.decimal == 0 || kind == .hexadecimal { break }
            }
            kinds.append(kind)
            start = end
        }
        return kinds
    }

    /// The template with so many digits in place of each decimal slot.
    private static func expand(
        _ text: [UInt8], _ range: Range<Int>, _ digits: Int, _ out: inout [UInt8]
    ) -> (decimal: Int, hexadecimal: Int) {
        out.removeAll(keepingCapacity: true)
        var slots = (decimal: 0, hexadecimal: 0)
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = text[at]
            at &+= 1
            switch byte {
            case TextTemplate.decimal:
                slots.decimal &+= 1
                for _ in 0..<digits { out.append(0x30) }
            case TextTemplate.hexadecimal:
                slots.hexadecimal &+= 1
                at &+= 1
            case TextTemplate.escape:
                out.append(text[at])
                at &+= 1
            default: out.append(byte)
            }
        }
        return slots
    }

    private static func insertWords(of text: borrowing Span<UInt8>, _ filter: inout FilterItems) {
        Tokens.forEach(in: text) { filter.insert(BlockFilter.item(token: Hash64.of(text.extracting($0)))) }
    }
}
