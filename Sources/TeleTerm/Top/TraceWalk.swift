/// An open trace that a cursor walks through: rows fold, a search and jumps open what hides their target.
package struct TraceWalk: Sendable {
    private var waterfall: Waterfall
    package private(set) var details: [SpanDetails]
    private(set) var rows: [WaterfallRow] = []
    private var labelWidth = 0
    package private(set) var cursor = 0
    package private(set) var search = ""
    /// Nodes on the critical path, by the time at which they first decide.
    private var path: [Int]

    package init(_ trace: TraceView, details: [SpanDetails] = []) {
        var options = WaterfallOptions(width: 80, style: .plain)
        options.rowLimit = .max
        waterfall = Waterfall(trace, options)
        self.details = details
        path = TraceWalk.path(waterfall)
        layOut()
    }

    private static func path(_ waterfall: Waterfall) -> [Int] {
        let critical = waterfall.critical
        return waterfall.tree.nodes.indices.filter(critical.contains).sorted { a, b in
            let (first, second) = (critical.stretches[a].last?.from ?? 0, critical.stretches[b].last?.from ?? 0)
            return (first, a) < (second, b)
        }
    }

    /// Spans that were read later, and how many the trace has where there are still more. What was folded stays folded,
    /// and the cursor stays on its span.
    mutating func add(_ spans: [TraceView.Span], details more: [SpanDetails], total: Int) {
        let known = Dictionary(waterfall.tree.nodes.enumerated().map { ($1.span, $0) }, uniquingKeysWith: { a, _ in a })
        let old = waterfall
        let current = node.map { old.tree.nodes[$0].span }
        var trace = old.trace
        trace.spans += spans
        trace.total = total
        details += more
        waterfall = Waterfall(trace, old.options)
        var moved = [Int](repeating: 0, count: known.count)
        for (index, node) in waterfall.tree.nodes.enumerated() {
            if let before = known[node.span] { moved[before] = index }
        }
        waterfall.options.folded = Set(old.options.folded.map { moved[$0] })
        waterfall.options.openRuns = Set(old.options.openRuns.map { moved[$0] })
        path = TraceWalk.path(waterfall)
        layOut()
        if let current, let before = known[current] { show(moved[before]) }
    }

    var trace: TraceView { waterfall.trace }
    var tree: TraceTree { waterfall.tree }
    package var showsLogs: Bool { waterfall.options.showsLogs }
    package var criticalCount: Int { path.count }

    private mutating func layOut() {
        rows = waterfall.rows().rows
        labelWidth = rows.map(waterfall.labelWidth).max() ?? 0
        cursor = max(0, min(cursor, rows.count - 1))
    }

    /// The span that the cursor's row is, or belongs to; nil on a log line of no span.
    package var node: Int? {
        guard rows.indices.contains(cursor) else { return nil }
        return TraceWalk.node(rows[cursor])
    }

    private static func node(_ row: WaterfallRow) -> Int? {
        switch row {
        case .span(let node), .event(let node, _): node
        case .run(let node, _, _, _, _, _, _, _): node
        case .log(let node, _): node
        }
    }

    package func isCritical(_ node: Int) -> Bool { waterfall.critical.contains(node) }

    // MARK: Walking

    package mutating func move(by count: Int) { cursor = max(0, min(cursor + count, rows.count - 1)) }
    package mutating func move(to row: Int) { cursor = max(0, min(row, rows.count - 1)) }

    /// Opens what is folded on the cursor's row; false where nothing is.
    @discardableResult package mutating func unfold() -> Bool {
        guard rows.indices.contains(cursor) else { return false }
        switch rows[cursor] {
        case .run(let node, _, _, _, _, _, _, _):
            waterfall.options.openRuns.insert(node)
        case .span(let node) where waterfall.options.folded.contains(node):
            waterfall.options.folded.remove(node)
        default: return false
        }
        layOut()
        return true
    }

    /// Hides what is below the cursor's span; where nothing is, goes to its parent.
    package mutating func fold() {
        guard let node else { return }
        if case .span = rows[cursor], waterfall.below[node] > 0, !waterfall.options.folded.contains(node) {
            waterfall.options.folded.insert(node)
            layOut()
        } else if let parent = tree.nodes[node].parent {
            show(parent)
        }
    }

    package mutating func toggleLogs() {
        let node = node
        waterfall.options.showsLogs.toggle()
        layOut()
        if let node { show(node) }
    }

    /// Everything open, or as it was at first.
    package mutating func toggleAll() {
        let node = node
        waterfall.options.isFull.toggle()
        waterfall.options.folded = []
        waterfall.options.openRuns = []
        layOut()
        if let node { show(node) }
    }

    /// Puts the cursor on a span, unfolding its ancestors and the runs that hide it or one of them.
    package mutating func show(_ node: Int) {
        var at: Int? = node
        while let here = at {
            if let parent = tree.nodes[here].parent { waterfall.options.folded.remove(parent) }
            // A span that stands for its run can stay folded; its siblings and what is below them can't be seen.
            if let first = runStart(here), here != node || first != node { waterfall.options.openRuns.insert(first) }
            at = tree.nodes[here].parent
        }
        layOut()
        cursor =
            rows.firstIndex { row in
                switch row {
                case .span(let one): one == node
                case .run(let one, _, _, _, _, _, _, _): one == node
                default: false
                }
            } ?? cursor
    }

    package mutating func show(span id: UInt64) {
        if let node = tree.nodes.indices.first(where: { trace.spans[tree.nodes[$0].span].id == id }) { show(node) }
    }

    /// The first of the alike siblings that a span is drawn with as one row; nil where it has a row of its own.
    private func runStart(_ node: Int) -> Int? {
        guard !waterfall.options.isFull else { return nil }
        let siblings = tree.nodes[node].parent.map { tree.nodes[$0].children } ?? tree.roots
        guard siblings.count >= WaterfallOptions.runLength else { return nil }
        let span = trace.spans[tree.nodes[node].span]
        let alike = siblings.filter {
            let other = trace.spans[tree.nodes[$0].span]
            return other.name == span.name && other.service == span.service
        }
        guard alike.count >= WaterfallOptions.runLength, let first = alike.first else { return nil }
        return waterfall.options.openRuns.contains(first) ? nil : first
    }

    // MARK: Jumps

    package enum Target: Sendable { case error, match }

    /// The next span (or the one before) that failed or that the search finds, around the end; false where none is.
    @discardableResult package mutating func jump(to target: Target, forward: Bool = true) -> Bool {
        let count = tree.nodes.count
        guard count > 0 else { return false }
        let from = node ?? 0
        for step in 1...count {
            let candidate = ((from + (forward ? step : -step)) % count + count) % count
            let isHit = target == .error ? trace.spans[tree.nodes[candidate].span].isError : matches(candidate)
            if isHit {
                show(candidate)
                return true
            }
        }
        return false
    }

    /// The next step along the critical path in time, or the one before; stays at its ends.
    @discardableResult package mutating func jumpAlongPath(forward: Bool) -> Bool {
        guard !path.isEmpty else { return false }
        let at = node.flatMap { path.firstIndex(of: $0) }
        let next = at.map { $0 + (forward ? 1 : -1) } ?? 0
        guard path.indices.contains(next) else { return false }
        show(path[next])
        return true
    }

    /// Name, service, status message, attributes and events are looked through, upper and lower case alike.
    package mutating func find(_ text: String) -> Bool {
        search = text.lowercased()
        guard !search.isEmpty else { return true }
        return node.map(matches) == true || jump(to: .match)
    }

    private func matches(_ node: Int) -> Bool {
        guard !search.isEmpty else { return false }
        let index = tree.nodes[node].span
        let span = trace.spans[index]
        func has(_ text: String) -> Bool { text.lowercased().contains(search) }
        if has(span.name) || has(span.service) || has(span.statusMessage) { return true }
        if span.events.contains(where: { has($0.text) }) { return true }
        return details.indices.contains(index) && details[index].attributes.contains { has("\($0.key)=\($0.value)") }
    }

    // MARK: Drawing

    func header(_ style: Style) -> [String] { Waterfall(waterfall, style).header(width: .max) }

    /// The ruler and the rows of a window, the cursor's row marked: by its ground, or by a column of its own where
    /// there is no colour.
    func lines(width: Int, height: Int, style: Style) -> [String] {
        let margin = style.color ? 0 : 2
        let layout = WaterfallLayout(max(width - margin, 24), labels: [labelWidth])
        let axis = TimeAxis(columns: layout.bars, length: tree.end - tree.start)
        func painter(_ style: Style) -> WaterfallPainter {
            WaterfallPainter(waterfall: Waterfall(waterfall, style), layout: layout, axis: axis)
        }
        let usual = painter(style)
        let marked = painter(Style(color: false, unicode: style.unicode))
        let blank = String(repeating: " ", count: margin)
        var out = [blank + usual.ruler()]
        for row in TopList.window(rows.count, around: cursor, height: height - 1) {
            if row != cursor {
                out.append(blank + usual.line(rows[row]))
            } else if style.color {
                out.append(style.paint(TextWidth.fit(marked.line(rows[row]), to: width), .selected))
            } else {
                out.append("> " + marked.line(rows[row]))
            }
        }
        return out
    }
}

extension TraceWalk {
    package var rowCount: Int { rows.count }

    /// The cursor's span.
    package var currentSpan: TraceView.Span? { node.map { trace.spans[tree.nodes[$0].span] } }
}
