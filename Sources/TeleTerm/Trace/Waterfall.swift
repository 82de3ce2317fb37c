/// A trace drawn for a terminal: a tree on the left, bars on a time axis, durations on the right.
/// A pure function of the trace, the width and the style.
package struct Waterfall: Sendable {
    let trace: TraceView
    let tree: TraceTree
    let critical: CriticalPath
    var options: WaterfallOptions
    private(set) var glyphs: Glyphs
    /// Spans below each node of the tree.
    let below: [Int]
    /// By the first node of a possible run: spans below all of its members.
    let runDescendants: [Int: Int]
    private let services: Int
    private let errors: Int

    package init(_ trace: TraceView, _ options: WaterfallOptions) {
        self.trace = trace
        self.options = options
        tree = TraceTree(trace)
        critical = CriticalPath(tree, trace)
        glyphs = Glyphs(options.style)
        below = tree.descendants()
        services = Set(trace.spans.map(\.service)).count
        errors = trace.spans.count(where: \.isError)
        runDescendants = options.isFull ? [:] : Waterfall.runDescendants(tree, trace, below)
    }

    /// The same drawn in another style.
    init(_ other: Waterfall, _ style: Style) {
        self = other
        options.style = style
        glyphs = Glyphs(style)
    }

    private static func runDescendants(_ tree: TraceTree, _ trace: TraceView, _ below: [Int]) -> [Int: Int] {
        var out: [Int: Int] = [:]
        for siblings in [tree.roots] + tree.nodes.map(\.children) where siblings.count >= WaterfallOptions.runLength {
            var firstOf: [String: Int] = [:]
            for node in siblings {
                let span = trace.spans[tree.nodes[node].span]
                let key = span.service + "\u{0}" + span.name
                let first = firstOf[key] ?? node
                firstOf[key] = first
                out[first, default: 0] += below[node]
            }
        }
        return out
    }

    /// The drawing, a line an element, without line ends.
    package func lines() -> [String] {
        let (rows, hidden) = rows()
        let layout = WaterfallLayout(options.width, labels: rows.map(labelWidth))
        let axis = TimeAxis(columns: layout.bars, length: tree.end - tree.start)
        let painter = WaterfallPainter(waterfall: self, layout: layout, axis: axis)
        var out = header(width: options.width)
        out.append("")
        out.append(painter.ruler())
        out += rows.map(painter.line)
        if hidden > 0 {
            out.append(options.style.paint("\(glyphs.ellipsis) \(hidden) more spans: --full shows them", .dim))
        }
        let orphans = tree.nodes.filter { $0.parent == nil && $0.isOrphan }.count
        if orphans > 0 {
            let some = orphans == 1 ? "1 span has" : "\(orphans) spans have"
            let text = "\(glyphs.orphan) \(some) a parent that is not in this trace"
            out.append(options.style.paint(TextWidth.cut(text, to: options.width, ellipsis: glyphs.ellipsis), .warning))
        }
        return out
    }

    /// The id, then the facts in as many lines as they need.
    func header(width: Int) -> [String] {
        let style = options.style
        var facts = [
            trace.isCut ? style.paint(trace.countText, .warning) : trace.countText,
            "\(services) service\(services == 1 ? "" : "s")",
        ]
        if errors > 0 { facts.append(style.paint("\(errors) error\(errors == 1 ? "" : "s")", .error)) }
        facts.append(Units.duration(tree.end - tree.start))
        if !trace.logs.isEmpty { facts.append("\(trace.logs.count) log line\(trace.logs.count == 1 ? "" : "s")") }
        facts.append(Timestamp.text(tree.start) + " UTC")
        return [style.paint("trace \(TextWidth.clean(trace.id))", .strong)]
            + TextWidth.flow(facts, separator: " \(glyphs.dot) ", to: width)
    }

    func labelWidth(_ row: WaterfallRow) -> Int {
        switch row {
        case .span(let node), .run(let node, _, _, _, _, _, _, _):
            let span = trace.spans[tree.nodes[node].span]
            return tree.nodes[node].depth * 3 + TextWidth.of(span.service) + TextWidth.of(span.name) + 8
        case .event, .log:
            return 0
        }
    }
}

/// How the width is shared out.
struct WaterfallLayout: Sendable {
    let label: Int
    let bars: Int
    let duration = 8
    /// 0 where the terminal is too narrow for it.
    let selfTime: Int
    let width: Int

    init(_ width: Int, labels: [Int]) {
        self.width = width
        selfTime = width >= 100 ? 8 : 0
        let free = width - duration - 1 - (selfTime > 0 ? selfTime + 1 : 0)
        // The tree gets what it needs, between a third and half of what is free; the bars have the rest.
        let wanted = labels.max() ?? 20
        label = max(min(wanted, free / 2), free / 3)
        bars = free - label - 1
    }
}
