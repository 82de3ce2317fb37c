internal import TeleModel

/// The keys, resources and scopes of a block: the dump of a core whose heap holds their texts only, deflated.
enum CorePage {
    static func encode(_ core: BatchCore, into out: inout [UInt8]) {
        var writer = DumpWriter([])
        writer.core(compacted(core))
        Blob.encode(writer.finish(), into: &out)
    }

    static func decode(_ page: [UInt8]) throws(CodecError) -> BatchCore {
        var outer = ByteReader(page.span.bytes)
        let bytes = try Blob.decode(&outer)
        var reader = ByteReader(bytes.span.bytes)
        let core = try reader.dumpCore()
        try BatchCheck.check(core)
        return core
    }

    private static func compacted(_ core: BatchCore) -> BatchCore {
        var out = core
        out.heap = ByteHeap()
        var interner = TextInterner()
        var copies: [ByteRange] = []
        let heap = core.heap.bytes.span
        func copy(_ range: ByteRange) -> ByteRange {
            let code = Int(interner.code(range, in: heap))
            if code == copies.count {
                copies.append(range.isEmpty ? .empty : out.heap.append(heap.extracting(range.range)))
            }
            return copies[code]
        }
        func copyAll(_ ranges: [ByteRange]) -> [ByteRange] { ranges.map { copy($0) } }
        func copyTexts(_ table: AttributeTable) -> [UInt64] {
            table.values.indices.map { entry in
                let value = table.value(at: entry)
                return value.kind.isRange ? copy(value.range).packed : value.bits
            }
        }
        out.keys = copyAll(core.keys)
        out.resources.schemaURLs = copyAll(core.resources.schemaURLs)
        out.resources.entityRefs = copyAll(core.resources.entityRefs)
        out.resources.attributes.values = copyTexts(core.resources.attributes)
        out.scopes.names = copyAll(core.scopes.names)
        out.scopes.versions = copyAll(core.scopes.versions)
        out.scopes.schemaURLs = copyAll(core.scopes.schemaURLs)
        out.scopes.attributes.values = copyTexts(core.scopes.attributes)
        return out
    }
}
