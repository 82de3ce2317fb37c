/// Turns rows into lines of exactly the layout's columns.
struct WaterfallPainter: Sendable {
    let waterfall: Waterfall
    let layout: WaterfallLayout
    let axis: TimeAxis

    private var style: Style { waterfall.options.style }
    private var glyphs: Glyphs { waterfall.glyphs }

    func ruler() -> String {
        let heads =
            TextWidth.fit("duration", to: layout.duration + 1, .right)
            + (layout.selfTime > 0 ? TextWidth.fit("self", to: layout.selfTime + 1, .right) : "")
        return style.paint(String(repeating: " ", count: layout.label + 1) + axis.ruler() + heads, .dim)
    }

    func line(_ row: WaterfallRow) -> String {
        switch row {
        case .span(let node):
            let place = waterfall.tree.nodes[node]
            let span = waterfall.trace.spans[place.span]
            let isFolded = waterfall.options.folded.contains(node) && waterfall.below[node] > 0
            return label(node, span, suffix: isFolded ? " +\(waterfall.below[node])" : "", isError: span.isError) + " "
                + bar(node, span)
                + tail(span.duration, selfTime: place.selfTime, isError: span.isError)
        case .run(let node, let count, let errors, let start, let end, let total, let isCritical, let isLast):
            let span = waterfall.trace.spans[waterfall.tree.nodes[node].span]
            let failed = errors > 0 ? " \(glyphs.errorMark)\(errors)" : ""
            var cells = [Cell](repeating: .empty, count: layout.bars)
            for i in axis.cells(from: offset(start), to: offset(end)) { cells[i] = isCritical ? .critical : .bar }
            return label(
                node, span, suffix: " \(glyphs.times)\(count)\(failed)", isError: errors > 0, isLast: isLast) + " "
                + paint(cells, Style.service(span.service)) + tail(total, selfTime: nil, isError: errors > 0)
        case .event(let node, let event):
            let ink: Ink = event.isError ? .error : .dim
            return note(node, event.time, "\(glyphs.event) \(TextWidth.clean(event.text))", ink)
        case .log(let node, let log):
            let source = node == nil ? "\(TextWidth.clean(log.service)) " : ""
            return note(node, log.time, "\(log.level.label) \(source)\(TextWidth.clean(log.text))", log.level.ink)
        }
    }

    private func offset(_ time: UInt64) -> UInt64 { time > waterfall.tree.start ? time - waterfall.tree.start : 0 }

    /// The tree lines of a node; deep ones are shortened from the left so that names stay readable.
    private func stem(_ node: Int, asChild: Bool, isLast isLastRow: Bool? = nil, room: Int = .max) -> String {
        let nodes = waterfall.tree.nodes
        var parts: [String] = []
        var at = node
        var isOwn = !asChild
        // Three columns a level, and one that says that there are more.
        let most = min(max(2, layout.label / 6), max(0, room - 1) / 3)
        while let parent = nodes[at].parent, parts.count < most {
            let isLast = (isOwn ? isLastRow : nil) ?? (nodes[parent].children.last == at)
            parts.append(isOwn ? (isLast ? glyphs.lastBranch : glyphs.branch) : isLast ? glyphs.blank : glyphs.through)
            isOwn = false
            at = parent
        }
        let isCut = nodes[at].parent != nil
        return (isCut ? glyphs.ellipsis : "") + parts.reversed().joined()
    }

    /// Columns of a service's or a span's name below which it says nothing.
    private static let leastName = 4

    private func label(
        _ node: Int, _ span: TraceView.Span, suffix: String, isError: Bool, isLast: Bool? = nil
    ) -> String {
        let isOrphan = waterfall.tree.nodes[node].isOrphan
        let mark = (isOrphan ? "\(glyphs.orphan) " : "") + (isError ? "\(glyphs.errorMark) " : "")
        let free = layout.label - TextWidth.of(mark) - TextWidth.of(suffix)
        let stem = stem(node, asChild: false, isLast: isLast, room: free - WaterfallPainter.leastName)
        let room = max(free - TextWidth.of(stem), 1)
        // Half of it is the service's, unless that leaves too little of both.
        let own = room >= 2 * WaterfallPainter.leastName ? room / 2 : room - 1
        let service = TextWidth.cut(TextWidth.clean(span.service), to: own, ellipsis: glyphs.ellipsis)
        let name = TextWidth.cut(
            TextWidth.clean(span.name), to: max(room - TextWidth.of(service) - 1, 0), ellipsis: glyphs.ellipsis)
        let used = TextWidth.of(stem + mark + service + " " + name + suffix)
        let isCritical = waterfall.critical.contains(node)
        return style.paint(stem, .dim) + style.paint(mark, isError ? .error : .warning)
            + style.paint(service, Style.service(span.service)) + " "
            + style.paint(name, isError ? .error : isCritical ? .strong : .plain) + style.paint(suffix, .accent)
            + String(repeating: " ", count: max(0, layout.label - used))
    }

    private enum Cell: Equatable {
        case empty, tick, bar, critical, thin, event
    }

    private func bar(_ node: Int, _ span: TraceView.Span) -> String {
        var cells = [Cell](repeating: .empty, count: layout.bars)
        let covered = axis.cells(from: offset(span.start), to: offset(max(span.end, span.start)))
        for i in covered { cells[i] = .bar }
        if covered.count == 1, span.duration < axis.length / UInt64(axis.columns * 2) {
            cells[covered.lowerBound] = .thin
        }
        for (from, to) in waterfall.critical.stretches[node] {
            for i in axis.cells(from: offset(from), to: offset(to)) where covered.contains(i) && cells[i] != .thin {
                cells[i] = .critical
            }
        }
        for event in span.events { cells[axis.column(offset(event.time))] = .event }
        return paint(cells, span.isError ? .error : Style.service(span.service))
    }

    private func paint(_ cells: [Cell], _ ink: Ink) -> String {
        var cells = cells
        for tick in axis.ticks() where cells[axis.column(tick)] == .empty { cells[axis.column(tick)] = .tick }
        var out = ""
        var at = 0
        while at < cells.count {
            let cell = cells[at]
            var end = at
            while end < cells.count, cells[end] == cell { end += 1 }
            let (glyph, cellInk): (String, Ink) =
                switch cell {
                case .empty: (" ", .plain)
                case .tick: (glyphs.tick, .dim)
                case .bar: (glyphs.bar, ink)
                case .critical: (glyphs.criticalBar, ink)
                case .thin: (glyphs.thinBar, ink)
                case .event: (glyphs.event, .warning)
                }
            out += style.paint(String(repeating: glyph, count: end - at), cellInk)
            at = end
        }
        return out
    }

    private func tail(_ duration: UInt64, selfTime: UInt64?, isError: Bool) -> String {
        let total = TextWidth.fit(asciiUnits(Units.duration(duration)), to: layout.duration + 1, .right)
        guard layout.selfTime > 0 else { return style.paint(total, isError ? .error : .plain) }
        let own = TextWidth.fit(
            selfTime.map { asciiUnits(Units.duration($0)) } ?? "", to: layout.selfTime + 1, .right)
        return style.paint(total, isError ? .error : .plain) + style.paint(own, .dim)
    }

    private func asciiUnits(_ text: String) -> String {
        style.unicode ? text : String(text.map { $0 == "µ" ? "u" : $0 })
    }

    /// A line of text below a span: tree lines, offset from the trace's start, then the text over the whole width.
    private func note(_ node: Int?, _ time: UInt64, _ text: String, _ ink: Ink) -> String {
        var lead = ""
        if let node {
            lead = stem(node, asChild: true)
            lead += waterfall.tree.nodes[node].children.isEmpty ? glyphs.blank : glyphs.through
        }
        let at = TextWidth.fit("+" + asciiUnits(Units.duration(offset(time))), to: 8)
        let room = max(layout.width - TextWidth.of(lead) - TextWidth.of(at) - 1, 8)
        return style.paint(lead, .dim) + style.paint(at, .dim) + " "
            + style.paint(TextWidth.cut(text, to: room, ellipsis: glyphs.ellipsis), ink)
    }
}
