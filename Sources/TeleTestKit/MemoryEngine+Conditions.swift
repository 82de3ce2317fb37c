internal import TeleEngine
internal import TeleModel

extension ValueTest {
    /// Whether a value (nil: the attribute is missing) passes.
    internal func holds(_ value: RawValue?, _ heap: ByteHeap) -> Bool {
        guard let value else {
            if case .missing = self { return true }
            return false
        }
        let number: Double? =
            value.kind == .int
            ? Double(Int64(bitPattern: value.bits)) : value.kind == .double ? Double(bitPattern: value.bits) : nil
        switch self {
        case .equalsText(let text): return ValueTest.text(value, heap) == text
        case .notEqualsText(let text): return ValueTest.text(value, heap) != text
        case .equalsInt(let wanted):
            return value.kind == .int ? value.bits == UInt64(bitPattern: wanted) : number == Double(wanted)
        case .equalsDouble(let wanted): return number == wanted
        case .equalsBool(let wanted): return value.kind == .bool && (value.bits != 0) == wanted
        case .number(let min, let minInclusive, let max, let maxInclusive):
            guard let number else { return false }
            if let min, minInclusive ? number < min : number <= min { return false }
            if let max, maxInclusive ? number > max : number >= max { return false }
            return !number.isNaN
        case .matches(let pattern): return value.kind == .string && pattern.matches(heap.string(value.range))
        case .matchesNot(let pattern): return value.kind == .string && !pattern.matches(heap.string(value.range))
        case .exists: return true
        case .missing: return false
        case .orNested(let inner):
            return value.kind.rawValue >= ValueKind.array.rawValue || inner.holds(value, heap)
        }
    }

    private static func text(_ value: RawValue, _ heap: ByteHeap) -> String? {
        switch value.kind {
        case .string: heap.string(value.range)
        case .bool: value.bits != 0 ? "true" : "false"
        case .int: String(Int64(bitPattern: value.bits))
        case .double: FloatText.string(Double(bitPattern: value.bits), .json)
        default: nil
        }
    }
}

extension BatchCore {
    internal func value(
        _ scope: AttributeScope, _ key: String, own: AttributeTable, row: Int, resource: UInt32, scopeIndex: UInt32?
    ) -> RawValue? {
        guard let index = keyIndex(key) else { return nil }
        let fromOwn = own.ownerCount > row ? own.value(of: index, owner: row) : nil
        let fromResource = resources.attributes.value(of: index, owner: Int(resource))
        return switch scope {
        case .own: fromOwn
        case .resource: fromResource
        case .scope: scopeIndex.flatMap { scopes.attributes.value(of: index, owner: Int($0)) }
        case .any: fromOwn ?? fromResource
        }
    }
}

extension LogCondition {
    internal func holds(_ batch: LogBatch, _ row: Int) -> Bool {
        let isText = batch.bodyKind[row] == ValueKind.string.rawValue
        var body: String { batch.core.heap.string(batch.bodyValue(row).range) }
        func contains(_ needle: [UInt8]) -> Bool { ByteSearch.find(needle.span, in: Array(body.utf8).span) != nil }
        switch self {
        case .bodyContains(let needle): return !isText || contains(needle)
        case .bodyContainsNot(let needle): return !isText || !contains(needle)
        case .bodyMatches(let pattern): return !isText || pattern.matches(body)
        case .bodyMatchesNot(let pattern): return !isText || !pattern.matches(body)
        case .traceID(let id): return batch.traceID(row) == id
        case .spanID(let id): return batch.span[row] == id.raw
        case .severity(let range): return range.contains(batch.severity[row])
        case .attribute(let scope, let key, let test):
            if case .orNested = test, scope == .own, let index = batch.core.keyIndex(key) {
                let entries = batch.attributes.entries(of: row).filter { batch.attributes.keys[$0] == index }
                if entries.count > 1 {
                    return entries.contains { test.holds(batch.attributes.value(at: $0), batch.core.heap) }
                }
            }
            let value = batch.core.value(
                scope, key, own: batch.attributes, row: row, resource: batch.resource[row],
                scopeIndex: batch.scope.isEmpty ? nil : batch.scope[row])
            return test.holds(value, batch.core.heap)
        }
    }
}

extension SpanCondition {
    internal func holds(_ batch: SpanBatch, _ row: Int) -> Bool {
        switch self {
        case .name(let test): return test.holds(.range(.string, batch.name[row]), batch.core.heap)
        case .kind(let kind): return batch.kind[row] == kind
        case .status(let status): return batch.statusCode[row] == status
        case .duration(let range): return range.contains(batch.duration(row))
        case .isRoot: return batch.parent[row] == 0
        case .attribute(let scope, let key, let test):
            let value = batch.core.value(
                scope, key, own: batch.attributes, row: row, resource: batch.resource[row],
                scopeIndex: batch.scope.isEmpty ? nil : batch.scope[row])
            return test.holds(value, batch.core.heap)
        }
    }
}
