/// The stretches of time that decided how long the trace took: walking back from the root's end, always into the child
/// that finished last before the point reached, and in the parent itself where no child ran.
///
/// Source: "CRISP: Critical Path Analysis of Large-Scale Microservice Architectures" (USENIX ATC 2022).
package struct CriticalPath: Sendable {
    /// By node of the tree: stretches `from ..< to` in unix nanoseconds, latest first; empty off the path.
    package private(set) var stretches: [[(from: UInt64, to: UInt64)]]

    package func contains(_ node: Int) -> Bool { !stretches[node].isEmpty }

    package init(_ tree: TraceTree, _ trace: TraceView) {
        stretches = Array(repeating: [], count: tree.nodes.count)
        // The longest root stands for the trace.
        guard
            let root = tree.roots.max(by: {
                trace.spans[tree.nodes[$0].span].duration < trace.spans[tree.nodes[$1].span].duration
            })
        else { return }
        let rootSpan = trace.spans[tree.nodes[root].span]
        // Each entry: a node whose time in `from ..< until` is still to be explained. A child that runs outside its
        // parent (clock skew, work that goes on) counts only as far as it lies inside: the path never exceeds the root.
        var stack = [(node: root, from: rootSpan.start, until: max(rootSpan.end, rootSpan.start))]
        while let (node, from, until) = stack.popLast() {
            var point = until
            let byEnd = tree.nodes[node].children.sorted {
                trace.spans[tree.nodes[$0].span].end > trace.spans[tree.nodes[$1].span].end
            }
            for child in byEnd where point > from {
                let inner = trace.spans[tree.nodes[child].span]
                let childFrom = max(inner.start, from)
                // One that still ran when the last one on the path began overlaps it: it did not hold anything up.
                if inner.end > point && point != until { continue }
                let childEnd = min(inner.end, point)
                guard childEnd > childFrom else { continue }
                if childEnd < point { stretches[node].append((childEnd, point)) }
                stack.append((child, childFrom, childEnd))
                point = childFrom
            }
            if point > from || stretches[node].isEmpty && until == from { stretches[node].append((from, point)) }
        }
    }
}
