/// The rows of a waterfall before they are laid out: spans, runs of alike siblings, events and log lines.
package enum WaterfallRow: Sendable {
    case span(node: Int)
    /// `count` siblings of the same service and name, drawn as one; `node` is the first of them.
    case run(
        node: Int, count: Int, errors: Int, start: UInt64, end: UInt64, total: UInt64, isCritical: Bool, isLast: Bool)
    case event(node: Int, TraceView.Event)
    case log(node: Int?, TraceView.Log)
}

package struct WaterfallOptions: Sendable {
    /// Columns of the terminal, 40 at least.
    package var width: Int
    /// Every span a row, none folded into runs.
    package var isFull = false
    /// Log lines and events between the spans.
    package var showsLogs = false
    package var style: Style
    /// For ``TraceWalk``: nodes whose descendants are hidden, and first nodes of runs that are drawn span by span.
    var folded: Set<Int> = []
    var openRuns: Set<Int> = []
    var rowLimit = WaterfallOptions.mostRows

    package init(width: Int, style: Style) {
        self.width = max(width, 40)
        self.style = style
    }

    /// So many alike siblings become one row.
    package static let runLength = 5
    /// No more rows than this, so that a huge trace does not flood a terminal; ``isFull`` lifts it.
    package static let mostRows = 2_000
}

extension Waterfall {
    /// What is drawn, in order, and how many spans were left out at the end.
    func rows() -> (rows: [WaterfallRow], hidden: Int) {
        var rows: [WaterfallRow] = []
        var logsOf: [UInt64: [TraceView.Log]] = [:]
        var loose: [TraceView.Log] = []
        if options.showsLogs {
            let known = Set(trace.spans.map(\.id))
            for log in trace.logs.sorted(by: { $0.time < $1.time }) {
                if log.span != 0, known.contains(log.span) {
                    logsOf[log.span, default: []].append(log)
                } else {
                    loose.append(log)
                }
            }
        }
        var shown = 0
        var stack = foldedSiblings(tree.roots).reversed() as [WaterfallRow]
        while let row = stack.popLast() {
            if !options.isFull, rows.count >= options.rowLimit { break }
            rows.append(row)
            if case .run(_, let count, _, _, _, _, _, _) = row {
                shown += count
                continue
            }
            guard case .span(let node) = row else { continue }
            shown += 1
            if options.folded.contains(node) { continue }
            let span = trace.spans[tree.nodes[node].span]
            let children = foldedSiblings(tree.nodes[node].children)
            guard options.showsLogs else {
                stack.append(contentsOf: children.reversed())
                continue
            }
            // Children, events and log lines of a span interleave by time.
            var timed: [(time: UInt64, row: WaterfallRow)] = children.map { (startTime($0), $0) }
            timed += span.events.map { ($0.time, .event(node: node, $0)) }
            timed += (logsOf.removeValue(forKey: span.id) ?? []).map { ($0.time, .log(node: node, $0)) }
            let inOrder = timed.indices.sorted { (timed[$0].time, $0) < (timed[$1].time, $1) }
            stack.append(contentsOf: inOrder.reversed().map { timed[$0].row })
        }
        rows += loose.map { .log(node: nil, $0) }
        return (rows, max(0, foldedTotal(rows, shown)))
    }

    /// Spans that no row stands for: cut at the end, not the descendants of a run.
    private func foldedTotal(_ rows: [WaterfallRow], _ shown: Int) -> Int {
        var below = 0
        for case .run(let node, _, _, _, _, _, _, _) in rows { below += runDescendants[node] ?? 0 }
        return tree.nodes.count - shown - below
    }

    private func startTime(_ row: WaterfallRow) -> UInt64 {
        switch row {
        case .span(let node): trace.spans[tree.nodes[node].span].start
        case .run(_, _, _, let start, _, _, _, _): start
        case .event(_, let event): event.time
        case .log(_, let log): log.time
        }
    }

    /// Siblings as rows, those of the same service and name folded where there are many.
    private func foldedSiblings(_ siblings: [Int]) -> [WaterfallRow] {
        guard !options.isFull, siblings.count >= WaterfallOptions.runLength else {
            return siblings.map { .span(node: $0) }
        }
        struct Key: Hashable {
            var service: String
            var name: String
        }
        var groups: [Key: [Int]] = [:]
        func key(_ node: Int) -> Key {
            let span = trace.spans[tree.nodes[node].span]
            return Key(service: span.service, name: span.name)
        }
        for node in siblings { groups[key(node), default: []].append(node) }
        var out: [WaterfallRow] = []
        for node in siblings {
            guard let group = groups[key(node)], group.count >= WaterfallOptions.runLength,
                !options.openRuns.contains(group[0])
            else {
                out.append(.span(node: node))
                continue
            }
            guard group[0] == node else { continue }
            let spans = group.map { trace.spans[tree.nodes[$0].span] }
            out.append(
                .run(
                    node: node, count: group.count, errors: spans.filter(\.isError).count,
                    start: spans.map(\.start).min() ?? 0, end: spans.map { max($0.end, $0.start) }.max() ?? 0,
                    total: spans.reduce(0) { $0 &+ $1.duration }, isCritical: group.contains(where: critical.contains),
                    isLast: false))
        }
        if case .run(let node, let count, let errors, let start, let end, let total, let isCritical, _) = out.last {
            out[out.count - 1] = .run(
                node: node, count: count, errors: errors, start: start, end: end, total: total, isCritical: isCritical,
                isLast: true)
        }
        return out
    }
}
