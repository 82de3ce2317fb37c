package import TeleModel
package import TeleQL

/// What is known of a whole trace: filled from all its spans.
package struct TraceFacts: Sendable {
    /// Unix nanoseconds of the earliest start and the latest end.
    package var start: UInt64 = .max
    package var end: UInt64 = 0
    /// The earliest span without a parent; nil in a trace without one.
    package var root: Int?
    /// Only where it was asked for.
    package private(set) var tree: TraceTree?

    package init(_ batch: SpanBatch, needsTree: Bool = false) {
        if needsTree { tree = TraceTree(batch) }
        for row in 0..<batch.count {
            start = min(start, batch.start[row])
            end = max(end, batch.end[row], batch.start[row])
            guard batch.parent[row] == 0 else { continue }
            if let known = root, batch.start[known] <= batch.start[row] { continue }
            root = row
        }
    }

    package var duration: UInt64 { end > start ? end - start : 0 }
}

/// Evaluates a span condition on rows of a batch. Without ``facts`` what is of the whole trace is not known, and the
/// answer may be "unknown" (nil).
package struct TraceFilter {
    let batch: SpanBatch
    let facts: TraceFacts?
    /// Indexes of the attribute keys that the condition names, looked up once a batch.
    private var keys: [String: UInt32] = [:]
    private let usesEvents: Bool
    private let usesLinks: Bool

    package init(_ field: TraceQLField?, _ batch: SpanBatch, facts: TraceFacts?) {
        self.batch = batch
        self.facts = facts
        let uses = TraceQLUses(field)
        usesEvents = uses.events
        usesLinks = uses.links
        for name in uses.names { keys[name] = batch.core.keyIndex(name) }
    }

    private struct Place {
        var row: Int
        var event: Int?
        var link: Int?
    }

    /// Whether a span passes; nil where that depends on what is not known. Conditions on events hold together on one
    /// event, those on links on one link.
    package func accepts(_ field: TraceQLField?, row: Int) -> Bool? {
        guard let field else { return true }
        var events: [Int?] = usesEvents ? batch.events.rows(of: row).map { $0 } : []
        var links: [Int?] = usesLinks ? batch.links.rows(of: row).map { $0 } : []
        if events.isEmpty { events = [nil] }
        if links.isEmpty { links = [nil] }
        var isUnknown = false
        for event in events {
            for link in links {
                switch truth(field, Place(row: row, event: event, link: link)) {
                case true?: return true
                case nil: isUnknown = true
                case false?: break
                }
            }
        }
        return isUnknown ? nil : false
    }

    /// Kleene's logic: unknown stays unknown unless the other side decides.
    private func truth(_ field: TraceQLField, _ place: Place) -> Bool? {
        switch field {
        case _ where field.isRootTest: return batch.parent[place.row] == 0
        case .binary(.and, let a, let b):
            let left = truth(a, place)
            if left == false { return false }
            let right = truth(b, place)
            return right == false ? false : left == nil || right == nil ? nil : true
        case .binary(.or, let a, let b):
            let left = truth(a, place)
            if left == true { return true }
            let right = truth(b, place)
            return right == true ? true : left == nil || right == nil ? nil : false
        case .not(let inner):
            // A missing attribute is neither true nor false.
            if case .attribute = inner { return values(inner, place).map { $0 == [.bool(false)] } }
            return truth(inner, place).map { !$0 }
        case .binary(let operation, let a, let b) where operation.isComparison:
            guard let left = values(a, place), let right = values(b, place) else { return nil }
            return TraceCompare.compare(operation, left, right)
        case .matches(let inner, let pattern, let isNegative):
            guard let found = values(inner, place) else { return nil }
            let strings = found.compactMap { if case .string(let text) = $0 { text } else { nil } }
            guard !strings.isEmpty else { return false }
            return isNegative
                ? !strings.contains { pattern.matches($0) } : strings.contains { pattern.matches($0) }
        case .textEquals(let inner, let text):
            guard let found = values(inner, place) else { return nil }
            return found.contains { TraceCompare.text($0) == text }
        default:
            guard let found = values(field, place) else { return nil }
            return found == [.bool(true)]
        }
    }

    /// All values of an expression on a span: those of the first event or link that has any; empty for none.
    package func values(of field: TraceQLField, row: Int) -> [TraceQLValue] {
        let events: [Int?] = usesEvents ? batch.events.rows(of: row).map { $0 } : [nil]
        let links: [Int?] = usesLinks ? batch.links.rows(of: row).map { $0 } : [nil]
        for event in events {
            for link in links {
                let found = values(field, Place(row: row, event: event, link: link)) ?? []
                let known = found.filter { $0 != .missing }
                if !known.isEmpty { return known }
            }
        }
        return []
    }

    /// The values of an expression: one, several for an array, `missing` where there is none; nil for unknown.
    private func values(_ field: TraceQLField, _ place: Place) -> [TraceQLValue]? {
        switch field {
        case .literal(let value): return [value]
        case .intrinsic(let intrinsic): return intrinsicValue(intrinsic, place).map { [$0] }
        case .attribute(let scope, let name): return attribute(scope, name, place)
        case .negative(let inner): return values(inner, place).map { $0.map(TraceCompare.negated) }
        case .binary(let operation, let a, let b) where !operation.isComparison && !operation.isLogical:
            guard let left = values(a, place)?.first, let right = values(b, place)?.first else { return nil }
            return [TraceCompare.arithmetic(operation, left, right)]
        default: return truth(field, place).map { [.bool($0)] }
        }
    }

    private func intrinsicValue(_ intrinsic: TraceQLIntrinsic, _ place: Place) -> TraceQLValue? {
        let (row, heap) = (place.row, batch.core.heap)
        switch intrinsic {
        case .name: return .string(heap.string(batch.name[row]))
        case .status: return .status(batch.statusCode[row])
        case .statusMessage: return .string(heap.string(batch.statusMessage[row]))
        case .duration: return .duration(Int64(clamping: batch.duration(row)))
        case .kind: return .kind(batch.kind[row])
        case .spanID: return .string(SpanID(batch.span[row]).hex)
        case .parentID: return .string(batch.parent[row] == 0 ? "" : SpanID(batch.parent[row]).hex)
        case .traceID: return .string(batch.traceID(row).hex)
        case .traceDuration: return facts.map { .duration(Int64(clamping: $0.duration)) }
        case .rootName:
            guard let facts else { return nil }
            return .string(facts.root.map { heap.string(batch.name[$0]) } ?? "")
        case .rootService:
            guard let facts else { return nil }
            return .string(facts.root.map { batch.core.serviceName(resource: Int(batch.resource[$0])) } ?? "")
        case .eventName:
            return place.event.map { .string(heap.string(batch.events.name[$0])) } ?? .missing
        case .eventTimeSinceStart:
            guard let event = place.event else { return .missing }
            let (time, start) = (batch.events.time[event], batch.start[row])
            return .duration(time > start ? Int64(clamping: time - start) : 0)
        case .linkTraceID: return place.link.map { .string(linkTrace($0).hex) } ?? .missing
        case .linkSpanID: return place.link.map { .string(SpanID(batch.links.span[$0]).hex) } ?? .missing
        case .instrumentationName: return .string(heap.string(batch.core.scopes.names[Int(batch.scope[row])]))
        case .instrumentationVersion:
            return .string(heap.string(batch.core.scopes.versions[Int(batch.scope[row])]))
        case .childCount: return facts?.tree.map { .int(Int64($0.childCount[row])) }
        case .nestedSetLeft: return facts?.tree.map { .int(Int64($0.left[row])) }
        case .nestedSetRight: return facts?.tree.map { .int(Int64($0.right[row])) }
        case .nestedSetParent: return facts?.tree.map { .int(Int64($0.nestedParent(row))) }
        }
    }

    private func linkTrace(_ link: Int) -> TraceID {
        TraceID(high: batch.links.traceHigh[link], low: batch.links.traceLow[link])
    }

    private func attribute(_ scope: TraceQLScope, _ name: String, _ place: Place) -> [TraceQLValue] {
        guard let key = keys[name] else { return [.missing] }
        let resource = Int(batch.resource[place.row])
        let value: RawValue? =
            switch scope {
            case .span: batch.attributes.value(of: key, owner: place.row)
            case .resource: batch.core.resources.attributes.value(of: key, owner: resource)
            case .any:
                batch.attributes.value(of: key, owner: place.row)
                    ?? batch.core.resources.attributes.value(of: key, owner: resource)
            case .event: place.event.flatMap { batch.events.attributes.value(of: key, owner: $0) }
            case .link: place.link.flatMap { batch.links.attributes.value(of: key, owner: $0) }
            case .instrumentation:
                batch.core.scopes.attributes.value(of: key, owner: Int(batch.scope[place.row]))
            }
        guard let value else { return [.missing] }
        return TraceCompare.values(value, batch.core.heap)
    }
}
