import TeleEngine
import TeleModel

/// Calls between services: from the service graph, and where that does not know all of a time range, one for every span
/// whose parent is in another service.
struct JaegerDependencies {
    typealias Answer = [(parent: String, child: String, calls: Int)]

    private struct SpanKey: Hashable {
        var high: UInt64
        var low: UInt64
        var span: UInt64
    }

    private struct Link: Hashable {
        var parent: Int
        var child: Int
    }

    /// Between services that send spans themselves, as Jaeger has it.
    static func links(_ graph: ServiceGraph) -> Answer {
        var counts: [Pair: Int] = [:]
        for (edge, calls) in graph.calls where edge.client != edge.server {
            guard edge.connection.isEmpty || edge.connection == "messaging_system" else { continue }
            counts[Pair(parent: edge.client, child: edge.server), default: 0] += calls.count
        }
        return counts.map { ($0.key.parent, $0.key.child, $0.value) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    }

    private struct Pair: Hashable {
        var parent: String
        var child: String
    }

    /// Reads all spans that start in the range once; what it holds of each is charged.
    static func links(
        _ time: Range<UInt64>, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) -> Answer {
        var names: [String] = []
        var places: [String: Int] = [:]
        var owners: [SpanKey: Int] = [:]
        var children: [(parent: SpanKey, own: SpanKey, service: Int)] = []
        var scan = SpanScan(time: time)
        scan.columns = []
        try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
            try budget.charge(bytes: batch.count * 112)
            let services = (0..<batch.core.resources.count).map { resource in
                let name = batch.core.serviceName(resource: resource)
                if let known = places[name] { return known }
                places[name] = names.count
                names.append(name)
                return names.count - 1
            }
            for row in 0..<batch.count {
                let (high, low) = (batch.traceHigh[row], batch.traceLow[row])
                let own = SpanKey(high: high, low: low, span: batch.span[row])
                let service = services[Int(batch.resource[row])]
                owners[own] = service
                guard batch.parent[row] != 0 else { continue }
                children.append((SpanKey(high: high, low: low, span: batch.parent[row]), own, service))
            }
            return true
        }
        var counts: [Link: Int] = [:]
        // A span that was sent several times counts once.
        var counted: Set<SpanKey> = []
        for child in children {
            guard let parent = owners[child.parent], parent != child.service, counted.insert(child.own).inserted
            else { continue }
            counts[Link(parent: parent, child: child.service), default: 0] += 1
        }
        return counts.map { (names[$0.key.parent], names[$0.key.child], $0.value) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    }
}
