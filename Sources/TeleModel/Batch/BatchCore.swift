/// Where the attributes of a resource come from, which says how labels are made of them.
package enum ResourceOrigin: UInt8, Sendable {
    /// OTLP: labels follow the mapping of ``LokiMapping``.
    case otlp = 0
    /// A Loki push: the attributes are the stream's labels, all strings, as they are.
    case lokiStream = 1
    /// Zipkin: an endpoint.
    case zipkin = 2
}

/// The distinct resources of a batch, a row each.
package struct ResourceTable: Sendable {
    /// ``BatchCore/resourceFingerprint(_:)``: the resource's identity across batches, segments and machines.
    package var fingerprints: [UInt64] = []
    package var origins: [UInt8] = []
    package var schemaURLs: [ByteRange] = []
    package var droppedAttributes: [UInt32] = []
    /// Raw protobuf of the resource's `entity_refs` fields (tag, length, message, one after another); mostly empty.
    package var entityRefs: [ByteRange] = []
    package var attributes = AttributeTable()

    package init() {}
    package var count: Int { fingerprints.count }
}

/// The distinct instrumentation scopes of a batch, a row each.
package struct ScopeTable: Sendable {
    package var names: [ByteRange] = []
    package var versions: [ByteRange] = []
    package var schemaURLs: [ByteRange] = []
    package var droppedAttributes: [UInt32] = []
    package var attributes = AttributeTable()

    package init() {}
    package var count: Int { names.count }
}

/// What log and span batches share: the heap, the attribute keys, the resources and scopes that rows refer to.
package struct BatchCore: Sendable {
    package var heap = ByteHeap()
    /// Distinct attribute keys.
    package var keys: [ByteRange] = []
    package var resources = ResourceTable()
    package var scopes = ScopeTable()

    package init() {}

    /// The index of an attribute key, if any row of this batch uses it.
    package func keyIndex(_ name: String) -> UInt32? {
        var name = name
        return name.withUTF8 { text in
            let text = Span(_unsafeElements: text)
            for i in keys.indices where heap.equals(keys[i], text) { return UInt32(i) }
            return nil
        }
    }

    /// The first value of a resource's attribute.
    package func resourceValue(_ name: String, resource: Int) -> RawValue? {
        keyIndex(name).flatMap { resources.attributes.value(of: $0, owner: resource) }
    }

    /// The resource's `service.name`, or "" when it has none.
    package func serviceName(resource: Int) -> String {
        guard let value = resourceValue("service.name", resource: resource), value.kind == .string else { return "" }
        return heap.string(value.range)
    }

    /// The identity of a resource: its origin, schema URL and attributes, whatever their order.
    package func resourceFingerprint(_ resource: Int) -> UInt64 {
        var sum: UInt64 = 0
        for entry in resources.attributes.entries(of: resource) {
            let key = Hash64.of(heap.bytes.span.extracting(keys[Int(resources.attributes.keys[entry])].range))
            let value = resources.attributes.value(at: entry)
            let bits =
                value.kind.isRange ? Hash64.of(heap.bytes.span.extracting(value.range.range)) : value.bits
            sum &+= Hash64.combine(Hash64.combine(key, UInt64(value.kind.rawValue)), bits)
        }
        let schema = Hash64.of(heap.bytes.span.extracting(resources.schemaURLs[resource].range))
        let entities = Hash64.of(heap.bytes.span.extracting(resources.entityRefs[resource].range))
        let fixed = UInt64(resources.origins[resource]) | UInt64(resources.droppedAttributes[resource]) << 8
        return Hash64.combine(Hash64.combine(Hash64.combine(sum, schema), entities), fixed)
    }

    /// The identity of a scope, whatever the order of its attributes.
    package func scopeFingerprint(_ scope: Int) -> UInt64 {
        var sum: UInt64 = 0
        for entry in scopes.attributes.entries(of: scope) {
            let key = Hash64.of(heap.bytes.span.extracting(keys[Int(scopes.attributes.keys[entry])].range))
            let value = scopes.attributes.value(at: entry)
            let bits =
                value.kind.isRange ? Hash64.of(heap.bytes.span.extracting(value.range.range)) : value.bits
            sum &+= Hash64.combine(Hash64.combine(key, UInt64(value.kind.rawValue)), bits)
        }
        var state = Hash64.combine(sum, UInt64(scopes.droppedAttributes[scope]))
        for text in [scopes.names[scope], scopes.versions[scope], scopes.schemaURLs[scope]] {
            state = Hash64.combine(state, Hash64.of(heap.bytes.span.extracting(text.range)))
        }
        return state
    }
}
