internal import TeleModel

/// What of a block's bodies was read once, for who comes next to the same bodies: within one reader, and, where there is
/// a memory of blocks, for later readers too.
final class KeptBodies {
    struct Parts: Sendable {
        var kinds: Kinds?
        var header: TextTemplates.Header?
        var layout: TextTemplates.Layout?
        /// Whether the templates are those of the texts, one a text, rather than of a dictionary.
        var isPlain = false

        /// In memory.
        var byteCount: Int { (kinds?.all?.count ?? 0) + (header?.byteCount ?? 0) + (layout?.byteCount ?? 0) + 256 }
    }

    /// Which rows have which kind of body.
    struct Kinds: Sendable {
        /// nil where all bodies are strings.
        var all: [UInt8]?
        var texts = 0
        var structured = 0
        var numbers = 0
        /// Where the texts begin within the page.
        var textsAt = 0
    }

    private(set) var parts: Parts
    private let memory: (any BlockMemory)?

    init(_ memory: (any BlockMemory)? = nil) {
        self.memory = memory
        parts = memory?.value(.bodyTemplates, as: Parts.self) ?? Parts()
    }

    func notePlain() { parts.isPlain = true }

    private func keep() { memory?.keep(parts, bytes: parts.byteCount, .bodyTemplates) }

    func kinds(_ page: () throws(CodecError) -> [UInt8], rows: Int) throws(CodecError) -> Kinds {
        if let known = parts.kinds { return known }
        let page = try page()
        var reader = ByteReader(page.span.bytes)
        let all = try IntColumn.decodeIndexes(&reader, count: rows, below: 8).map { UInt8($0) }
        var kinds = Kinds()
        for kind in all {
            switch ValueKind(rawValue: kind) ?? .empty {
            case .string: kinds.texts += 1
            case .array, .map, .bytes: kinds.structured += 1
            case .bool, .int, .double, .empty: kinds.numbers += 1
            }
        }
        if kinds.texts < rows { kinds.all = all }
        kinds.textsAt = reader.offset
        parts.kinds = kinds
        return kinds
    }

    /// The header that the reader stands before; the reader stands behind it afterwards.
    static func header(
        _ reader: inout ByteReader, count: Int, _ kept: KeptBodies?
    ) throws(CodecError) -> TextTemplates.Header {
        if let known = kept?.parts.header {
            _ = try reader.take(known.length)
            return known
        }
        let header = try TextTemplates.Header(&reader, count: count)
        kept?.parts.header = header
        kept?.keep()
        return header
    }

    static func layout(
        _ header: TextTemplates.Header, _ kept: KeptBodies?
    ) throws(CodecError) -> TextTemplates.Layout {
        if let known = kept?.parts.layout { return known }
        let layout = try TextTemplates.Layout(header)
        kept?.parts.layout = layout
        kept?.keep()
        return layout
    }
}
