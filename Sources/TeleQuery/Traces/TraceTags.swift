package import TeleEngine
import TeleModel
package import TeleQL

/// The names and values of attributes in a time range, for the search boxes.
package struct TraceTags {
    let snapshot: any EngineSnapshot
    let budget: QueryBudget
    let time: Range<UInt64>
    /// Only spans that pass; nil for all.
    let field: TraceQLField?
    /// Distinct names or values a scope; more are left out.
    static let limit = 10_000

    package init(time: Range<UInt64>, field: TraceQLField?, snapshot: any EngineSnapshot, budget: QueryBudget) {
        self.time = time
        self.field = field
        self.snapshot = snapshot
        self.budget = budget
    }

    /// Attribute names by scope, sorted: `resource`, `span`, `event`, `link`, `instrumentation`.
    package func names(_ wanted: Set<TraceQLScope>) throws(EngineError) -> [TraceQLScope: [String]] {
        var found: [TraceQLScope: Set<String>] = [:]
        func add(_ scope: TraceQLScope, _ table: AttributeTable, _ owner: Int, _ core: BatchCore) {
            for entry in table.entries(of: owner) where found[scope, default: []].count < TraceTags.limit {
                found[scope, default: []].insert(core.heap.string(core.keys[Int(table.keys[entry])]))
            }
        }
        if wanted == [.resource], field == nil {
            let core = try snapshot.spanResources(time: time, budget: budget)
            for row in 0..<core.resources.count { add(.resource, core.resources.attributes, row, core) }
            return found.mapValues { $0.sorted() }
        }
        var columns: SpanColumns = []
        if wanted.contains(.span) { columns.insert(.attributes) }
        if wanted.contains(.event) { columns.insert(.events) }
        if wanted.contains(.link) { columns.insert(.links) }
        if wanted.contains(.instrumentation) { columns.insert(.scope) }
        try forEachSpan(columns) { batch, rows in
            if wanted.contains(.resource) {
                for resource in Set(rows.map { batch.resource[$0] }) {
                    add(.resource, batch.core.resources.attributes, Int(resource), batch.core)
                }
            }
            if wanted.contains(.instrumentation) {
                for scope in Set(rows.map { batch.scope[$0] }) {
                    add(.instrumentation, batch.core.scopes.attributes, Int(scope), batch.core)
                }
            }
            for row in rows {
                if wanted.contains(.span) { add(.span, batch.attributes, row, batch.core) }
                if wanted.contains(.event) {
                    for event in batch.events.rows(of: row) { add(.event, batch.events.attributes, event, batch.core) }
                }
                if wanted.contains(.link) {
                    for link in batch.links.rows(of: row) { add(.link, batch.links.attributes, link, batch.core) }
                }
            }
        }
        return found.mapValues { $0.sorted() }
    }

    /// Distinct values of an attribute: type (`string`, `int`, `float`, `bool`) and text, sorted.
    package func values(
        of attribute: String, scope: TraceQLScope
    ) throws(EngineError) -> [(type: String, value: String)] {
        var found: [String: String] = [:]
        func add(_ value: RawValue?, _ heap: ByteHeap) {
            guard let value, found.count < TraceTags.limit else { return }
            for one in TraceCompare.values(value, heap) {
                let text = TraceCompare.text(one) ?? ""
                switch one {
                case .string: found["string\0" + text] = "string"
                case .int: found["int\0" + text] = "int"
                case .double: found["float\0" + text] = "float"
                case .bool: found["bool\0" + text] = "bool"
                default: break
                }
            }
        }
        var columns: SpanColumns = []
        switch scope {
        case .any, .span: columns = .attributes
        case .event: columns = .events
        case .link: columns = .links
        case .instrumentation: columns = .scope
        case .resource: columns = []
        }
        try forEachSpan(columns) { batch, rows in
            guard let key = batch.core.keyIndex(attribute) else { return }
            let heap = batch.core.heap
            if scope == .any || scope == .resource {
                for resource in Set(rows.map { batch.resource[$0] }) {
                    add(batch.core.resources.attributes.value(of: key, owner: Int(resource)), heap)
                }
            }
            for row in rows {
                switch scope {
                case .any, .span: add(batch.attributes.value(of: key, owner: row), heap)
                case .event:
                    for event in batch.events.rows(of: row) {
                        add(batch.events.attributes.value(of: key, owner: event), heap)
                    }
                case .link:
                    for link in batch.links.rows(of: row) {
                        add(batch.links.attributes.value(of: key, owner: link), heap)
                    }
                case .instrumentation:
                    add(batch.core.scopes.attributes.value(of: key, owner: Int(batch.scope[row])), heap)
                case .resource: break
                }
            }
        }
        return sorted(found)
    }

    /// Distinct values of a text intrinsic. Durations and ids have none listed, keywords all of theirs.
    package func values(of intrinsic: TraceQLIntrinsic) throws(EngineError) -> [(type: String, value: String)] {
        switch intrinsic {
        case .status: return ["error", "ok", "unset"].map { ("keyword", $0) }
        case .kind: return TraceCompare.kindNames.values.sorted().map { ("keyword", $0) }
        case .name, .statusMessage, .rootName, .rootService, .eventName, .instrumentationName,
            .instrumentationVersion:
            break
        default: return []
        }
        var found: [String: String] = [:]
        var traces: Set<TraceID> = []
        var columns: SpanColumns = [.name]
        if intrinsic == .eventName { columns.insert(.events) }
        if intrinsic == .instrumentationName || intrinsic == .instrumentationVersion { columns.insert(.scope) }
        try forEachSpan(columns) { batch, rows in
            for row in rows where found.count < TraceTags.limit {
                let heap = batch.core.heap
                switch intrinsic {
                case .name: found["string\0" + heap.string(batch.name[row])] = "string"
                case .statusMessage: found["string\0" + heap.string(batch.statusMessage[row])] = "string"
                case .instrumentationName:
                    found["string\0" + heap.string(batch.core.scopes.names[Int(batch.scope[row])])] = "string"
                case .instrumentationVersion:
                    found["string\0" + heap.string(batch.core.scopes.versions[Int(batch.scope[row])])] = "string"
                case .eventName:
                    for event in batch.events.rows(of: row) {
                        found["string\0" + heap.string(batch.events.name[event])] = "string"
                    }
                default:
                    // The roots in the range stand for their traces.
                    guard batch.parent[row] == 0, traces.insert(batch.traceID(row)).inserted else { continue }
                    let text =
                        intrinsic == .rootName
                        ? heap.string(batch.name[row]) : batch.core.serviceName(resource: Int(batch.resource[row]))
                    found["string\0" + text] = "string"
                }
            }
        }
        return sorted(found)
    }

    private func sorted(_ found: [String: String]) -> [(type: String, value: String)] {
        found.sorted { $0.key < $1.key }.map { ($0.value, String($0.key.dropFirst($0.value.count + 1))) }
    }

    /// Calls with the rows of each batch that pass the condition.
    private func forEachSpan(_ columns: SpanColumns, _ body: (SpanBatch, [Int]) -> Void) throws(EngineError) {
        var scan = SpanScan(time: time)
        scan.columns = columns.union(TraceQLUses(field).columns)
        scan.conditions = TraceConditions.of(field)
        try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
            let filter = TraceFilter(field, batch, facts: nil)
            body(batch, (0..<batch.count).filter { filter.accepts(field, row: $0) != false })
            return true
        }
    }
}
