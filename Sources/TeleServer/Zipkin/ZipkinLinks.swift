import TeleModel
import TeleQuery

/// Calls between services, as zipkin's `DependencyLinker` counts them: the server's name is preferred, a client span
/// that has children is not counted, and any `error` tag is an error.
struct ZipkinLinks {
    struct Link: Hashable {
        var parent: String
        var child: String
    }

    private var counts: [Link: (calls: Int, errors: Int)] = [:]

    var all: [(parent: String, child: String, calls: Int, errors: Int)] {
        counts.map { ($0.key.parent, $0.key.child, $0.value.calls, $0.value.errors) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    }

    private mutating func add(_ parent: String, _ child: String, calls: Int = 1, errors: Int) {
        let (known, link) = (counts[Link(parent: parent, child: child)] ?? (0, 0), Link(parent: parent, child: child))
        counts[link] = (
            known.calls.addingReportingOverflow(calls).partialValue,
            known.errors.addingReportingOverflow(errors).partialValue
        )
    }

    /// All links that the service graph counted. Its `user` is nobody who is known to Zipkin.
    init(_ graph: ServiceGraph) {
        for (edge, calls) in graph.calls where edge.connection != "virtual_node" || edge.client != "user" {
            let (parent, child) = (edge.client.lowercased(), edge.server.lowercased())
            add(parent, child, calls: calls.count, errors: calls.failures)
        }
    }

    init() {}

    mutating func add(_ batch: SpanBatch) {
        let trace = ZipkinView(batch)
        let above = TraceTree.rowsAbove(batch)
        var hasChildren = [Bool](repeating: false, count: batch.count)
        for parent in above { if let parent { hasChildren[parent] = true } }
        for row in 0..<batch.count {
            var kind = batch.kind[row]
            let (service, remote) = (trace.service(row), trace.remoteService(row))
            if kind == 3, hasChildren[row] { continue }
            if !(2...5).contains(kind) {
                // Of no kind: a client if both sides are known.
                guard !service.isEmpty, !remote.isEmpty else { continue }
                kind = 3
            }
            let isCaller = kind == 3 || kind == 4
            var parent = isCaller ? service : remote
            let child = isCaller ? remote : service
            var isError = trace.isError(row)
            if kind == 2 || kind == 3, let ancestor = ZipkinLinks.ancestor(of: row, above, batch) {
                let name = trace.service(ancestor)
                if !name.isEmpty {
                    // A client that no server of its own service stands above: the hop in between was not reported.
                    if kind == 3, !service.isEmpty, name != service { add(name, service, errors: 0) }
                    if kind == 2 || parent.isEmpty { parent = name }
                }
                if !isError, batch.kind[ancestor] == 3, batch.parent[row] == batch.span[ancestor] {
                    isError = trace.isError(ancestor)
                }
            }
            guard !parent.isEmpty, !child.isEmpty else { continue }
            add(parent, child, errors: isError ? 1 : 0)
        }
    }

    /// The next span above that is a remote call's; bounded, since parents may name each other in a circle.
    private static func ancestor(of row: Int, _ above: [Int?], _ batch: SpanBatch) -> Int? {
        var at = above[row]
        var steps = 0
        while let next = at, steps < batch.count {
            if (2...5).contains(batch.kind[next]) { return next }
            at = above[next]
            steps += 1
        }
        return nil
    }
}
