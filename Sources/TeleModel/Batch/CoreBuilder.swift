/// Interns the attribute keys, resources and scopes of several batches into one ``BatchCore``: each by identity, its
/// texts copied once. Shared by ``LogBatchBuilder`` and ``SpanBatchBuilder``.
struct CoreBuilder: Sendable {
    var core = BatchCore()
    private var keyIndex: [UInt64: [UInt32]] = [:]
    private var resourceIndex: [UInt64: UInt32] = [:]
    private var scopeIndex: [UInt64: UInt32] = [:]

    /// Where the indexes of one source batch went; `unset` until a row needs it.
    struct Map {
        static let unset = UInt32.max
        var keys: [UInt32]
        var resources: [UInt32]
        var scopes: [UInt32]

        init(_ core: BatchCore) {
            keys = [UInt32](repeating: Map.unset, count: core.keys.count)
            resources = [UInt32](repeating: Map.unset, count: core.resources.count)
            scopes = [UInt32](repeating: Map.unset, count: core.scopes.count)
        }
    }

    // Set while a batch is appended whole: its heap was copied in one piece and begins here.
    private var adoptedAt: UInt32?

    /// Begins the rows of a batch. When all of it is taken its heap is copied at once, which is several times as fast
    /// as text by text.
    mutating func begin(_ source: BatchCore, takesAll: Bool) -> Map {
        adoptedAt = nil
        if takesAll {
            adoptedAt = UInt32(truncatingIfNeeded: core.heap.count)
            core.heap.bytes.append(contentsOf: source.heap.bytes)
        }
        return Map(source)
    }

    @inline(__always)
    mutating func copy(_ range: ByteRange, from source: borrowing Span<UInt8>) -> ByteRange {
        if range.count == 0 { return .empty }
        if let adoptedAt { return ByteRange(offset: range.offset &+ adoptedAt, count: range.count) }
        return core.heap.append(source.extracting(range.range))
    }

    @inline(__always)
    mutating func key(_ key: UInt32, of source: BatchCore, _ map: inout Map) -> UInt32 {
        let known = map.keys[Int(key)]
        return known != Map.unset ? known : intern(key: key, of: source, &map)
    }

    private mutating func intern(key: UInt32, of source: BatchCore, _ map: inout Map) -> UInt32 {
        let text = source.heap.bytes.span.extracting(source.keys[Int(key)].range)
        let hash = Hash64.of(text)
        for known in keyIndex[hash, default: []] where core.heap.equals(core.keys[Int(known)], text) {
            map.keys[Int(key)] = known
            return known
        }
        let index = UInt32(core.keys.count)
        core.keys.append(core.heap.append(text))
        keyIndex[hash, default: []].append(index)
        map.keys[Int(key)] = index
        return index
    }

    @inline(__always)
    mutating func resource(_ resource: UInt32, of source: BatchCore, _ map: inout Map) -> UInt32 {
        let known = map.resources[Int(resource)]
        return known != Map.unset ? known : intern(resource: resource, of: source, &map)
    }

    private mutating func intern(resource: UInt32, of source: BatchCore, _ map: inout Map) -> UInt32 {
        let row = Int(resource)
        let fingerprint = source.resources.fingerprints[row]
        if let known = resourceIndex[fingerprint] {
            map.resources[row] = known
            return known
        }
        let index = UInt32(core.resources.count)
        let heap = source.heap.bytes.span
        core.resources.fingerprints.append(fingerprint)
        core.resources.origins.append(source.resources.origins[row])
        core.resources.schemaURLs.append(copy(source.resources.schemaURLs[row], from: heap))
        core.resources.droppedAttributes.append(source.resources.droppedAttributes[row])
        core.resources.entityRefs.append(copy(source.resources.entityRefs[row], from: heap))
        var table = AttributeTable()
        swap(&table, &core.resources.attributes)
        append(source.resources.attributes, owner: row, of: source, &map, to: &table)
        swap(&table, &core.resources.attributes)
        resourceIndex[fingerprint] = index
        map.resources[row] = index
        return index
    }

    @inline(__always)
    mutating func scope(_ scope: UInt32, of source: BatchCore, _ map: inout Map) -> UInt32 {
        let known = map.scopes[Int(scope)]
        return known != Map.unset ? known : intern(scope: scope, of: source, &map)
    }

    private mutating func intern(scope: UInt32, of source: BatchCore, _ map: inout Map) -> UInt32 {
        let row = Int(scope)
        let fingerprint = source.scopeFingerprint(row)
        if let known = scopeIndex[fingerprint] {
            map.scopes[row] = known
            return known
        }
        let index = UInt32(core.scopes.count)
        let heap = source.heap.bytes.span
        core.scopes.names.append(copy(source.scopes.names[row], from: heap))
        core.scopes.versions.append(copy(source.scopes.versions[row], from: heap))
        core.scopes.schemaURLs.append(copy(source.scopes.schemaURLs[row], from: heap))
        core.scopes.droppedAttributes.append(source.scopes.droppedAttributes[row])
        var table = AttributeTable()
        swap(&table, &core.scopes.attributes)
        append(source.scopes.attributes, owner: row, of: source, &map, to: &table)
        swap(&table, &core.scopes.attributes)
        scopeIndex[fingerprint] = index
        map.scopes[row] = index
        return index
    }

    /// Copies one owner's attributes, texts and all, and closes the owner.
    mutating func append(
        _ table: AttributeTable, owner: Int, of source: BatchCore, _ map: inout Map, to out: inout AttributeTable
    ) {
        let heap = source.heap.bytes.span
        for entry in table.entries(of: owner) {
            var value = table.value(at: entry)
            if value.kind.isRange { value.bits = copy(value.range, from: heap).packed }
            out.append(key: key(table.keys[entry], of: source, &map), value)
        }
        out.closeOwner()
    }

    /// The same for many owners: one call for all rows, since each call with a batch's tables counts references.
    mutating func append(
        _ table: AttributeTable, owners: some Sequence<Int>, of source: BatchCore, _ map: inout Map,
        to out: inout AttributeTable
    ) {
        let heap = source.heap.bytes.span
        let ends = table.ends.span
        let keys = table.keys.span
        let kinds = table.kinds.span
        let values = table.values.span
        for owner in owners {
            let start = owner == 0 ? 0 : Int(ends[owner &- 1])
            for entry in start..<Int(ends[owner]) {
                let kind = ValueKind(rawValue: kinds[entry]) ?? .empty
                var bits = values[entry]
                if kind.isRange { bits = copy(ByteRange(packed: bits), from: heap).packed }
                out.append(key: key(keys[entry], of: source, &map), RawValue(kind: kind, bits: bits))
            }
            out.closeOwner()
        }
    }
}
