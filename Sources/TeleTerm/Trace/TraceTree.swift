/// The spans of a trace as a tree in drawing order. Anything that was sent can be drawn: a span whose parent is
/// missing is a root marked as orphan, one that is its own ancestor is cut loose at its earliest span.
package struct TraceTree: Sendable {
    package struct Node: Sendable {
        /// Index into ``TraceView/spans``.
        package var span: Int
        package var depth: Int
        package var parent: Int?
        /// Indexes into ``TraceTree/nodes``, by start time.
        package var children: [Int] = []
        package var isOrphan = false
        /// Duration less the time that children cover, nanoseconds.
        package var selfTime: UInt64 = 0
    }

    /// In pre-order: a node stands before its children, siblings by start time.
    package private(set) var nodes: [Node] = []
    package private(set) var roots: [Int] = []
    package let start: UInt64
    package let end: UInt64

    package init(_ trace: TraceView) {
        let spans = trace.spans
        start = spans.map(\.start).min() ?? 0
        end = max(spans.map { max($0.end, $0.start) }.max() ?? 0, start)
        var first: [UInt64: Int] = [:]
        for i in spans.indices where first[spans[i].id] == nil { first[spans[i].id] = i }

        var childrenOf = [[Int]](repeating: [], count: spans.count)
        var tops: [(span: Int, orphan: Bool)] = []
        for i in spans.indices {
            if spans[i].parent == 0 {
                tops.append((i, false))
            } else if let parent = first[spans[i].parent], parent != i {
                childrenOf[parent].append(i)
            } else {
                tops.append((i, true))
            }
        }
        func before(_ a: Int, _ b: Int) -> Bool { (spans[a].start, a) < (spans[b].start, b) }
        tops.sort { before($0.span, $1.span) }
        for i in childrenOf.indices { childrenOf[i].sort(by: before) }

        var seen = [Bool](repeating: false, count: spans.count)
        for top in tops { grow(from: top.span, orphan: top.orphan, childrenOf, &seen) }
        // What no root reaches is a cycle: enter each at its earliest span.
        for i in spans.indices.sorted(by: before) where !seen[i] { grow(from: i, orphan: true, childrenOf, &seen) }
        for i in nodes.indices { nodes[i].selfTime = selfTime(of: i, spans) }
    }

    /// Depth first with a stack of its own: a chain of a million spans must not overflow the call stack.
    private mutating func grow(from top: Int, orphan: Bool, _ childrenOf: [[Int]], _ seen: inout [Bool]) {
        var stack: [(span: Int, parent: Int?, depth: Int)] = [(top, nil, 0)]
        while let (span, parent, depth) = stack.popLast() {
            if seen[span] { continue }
            seen[span] = true
            let index = nodes.count
            nodes.append(Node(span: span, depth: depth, parent: parent, isOrphan: parent == nil && orphan))
            if let parent { nodes[parent].children.append(index) } else { roots.append(index) }
            for child in childrenOf[span].reversed() where !seen[child] { stack.append((child, index, depth + 1)) }
        }
    }

    private func selfTime(of node: Int, _ spans: [TraceView.Span]) -> UInt64 {
        let span = spans[nodes[node].span]
        var covered: UInt64 = 0
        var reached = span.start
        for child in nodes[node].children {
            let inner = spans[nodes[child].span]
            let from = max(inner.start, reached)
            let to = min(inner.end, span.end)
            if to > from {
                covered += to - from
                reached = to
            }
        }
        return span.duration > covered ? span.duration - covered : 0
    }

    /// Spans below each node.
    func descendants() -> [Int] {
        // Pre-order: the descendants of a node follow it, so sums run backwards.
        var below = [Int](repeating: 0, count: nodes.count)
        for i in nodes.indices.reversed() {
            if let parent = nodes[i].parent { below[parent] += below[i] + 1 }
        }
        return below
    }
}
