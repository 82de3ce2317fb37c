/// Why a trace took as long as it did, on one screen: the critical path with the time that each span itself held it
/// up, spans that are slower than is usual for their operation, errors, and the log lines of the path; it ends with
/// one sentence. A pure function of the trace, what is usual, the width and the style.
package struct TraceReason: Sendable {
    package struct Operation: Hashable, Sendable {
        package var service: String
        package var name: String

        package init(service: String, name: String) {
            self.service = service
            self.name = name
        }
    }

    struct Step: Sendable {
        var node: Int
        /// Siblings of the same operation that the step stands for.
        var count = 1
        /// Nanoseconds of the path that this span held by itself.
        var held: UInt64
        /// Nanoseconds, of all of them.
        var took: UInt64
        /// Nanoseconds that 95 of 100 spans of its operation stay under; nil where not known.
        var usual: UInt64?
    }

    let trace: TraceView
    let tree: TraceTree
    /// In the order of the tree.
    let steps: [Step]
    private let knowsUsual: Bool

    package init(_ trace: TraceView, usual: [Operation: UInt64]) {
        self.trace = trace
        let tree = TraceTree(trace)
        self.tree = tree
        knowsUsual = !usual.isEmpty
        let path = CriticalPath(tree, trace)
        var steps: [Step] = []
        for node in tree.nodes.indices where path.contains(node) {
            let span = trace.spans[tree.nodes[node].span]
            let held = path.stretches[node].reduce(0 as UInt64) { $0 &+ ($1.to &- $1.from) }
            // Ten alike queries one after another are one line.
            if let last = steps.last, tree.nodes[last.node].parent == tree.nodes[node].parent,
                tree.nodes[node].parent != nil, tree.nodes[node].children.isEmpty
            {
                let before = trace.spans[tree.nodes[last.node].span]
                if before.service == span.service, before.name == span.name, before.isError == span.isError {
                    steps[steps.count - 1].count += 1
                    steps[steps.count - 1].held &+= held
                    steps[steps.count - 1].took &+= span.duration
                    continue
                }
            }
            steps.append(
                Step(
                    node: node, held: held, took: span.duration,
                    usual: usual[Operation(service: span.service, name: span.name)]))
        }
        self.steps = steps
    }

    private func span(_ step: Step) -> TraceView.Span { trace.spans[tree.nodes[step.node].span] }

    private var total: UInt64 { steps.reduce(0) { $0 &+ $1.held } }

    private func isSlow(_ step: Step) -> Bool { step.count == 1 && step.usual.map { step.took > $0 } ?? false }

    /// Most lines of the path and of its log lines that one screen has.
    private static let mostSteps = 14
    private static let mostNotes = 8

    package func lines(width: Int, style: Style) -> [String] {
        let glyphs = Glyphs(style)
        var out = [
            style.paint("trace \(TextWidth.clean(trace.id))", .strong)
        ]
        let facts = [
            trace.countText, Units.duration(tree.end - tree.start),
            "\(steps.reduce(0) { $0 + $1.count }) on the critical path",
        ]
        out += TextWidth.flow(facts, separator: " \(glyphs.dot) ", to: width) + [""]
        // A narrow terminal has room for names or for all figures.
        let isNarrow = width < 56
        let label = max(9, width - (isNarrow ? 15 : 31))
        out.append(
            style.paint(
                TextWidth.fit("critical path", to: label) + TextWidth.fit("held", to: 9, .right)
                    + TextWidth.fit("share", to: 6, .right)
                    + (isNarrow ? "" : TextWidth.fit("took", to: 8, .right) + TextWidth.fit("p95", to: 8, .right)), .dim
            ))
        let shown = Set(steps.sorted { $0.held > $1.held }.prefix(Self.mostSteps).map(\.node))
        for step in steps where shown.contains(step.node) { out.append(line(step, label, isNarrow, style, glyphs)) }
        if shown.count < steps.count {
            out.append(style.paint("\(glyphs.ellipsis) \(steps.count - shown.count) more that held less", .dim))
        }
        let notes = notes(style, glyphs)
        if !notes.isEmpty {
            out.append("")
            out += notes.map { style.paint(TextWidth.cut($0.text, to: width, ellipsis: glyphs.ellipsis), $0.ink) }
        }
        if !knowsUsual {
            out.append("")
            out.append(
                style.paint(
                    TextWidth.cut("no figures of the last hour to compare with", to: width, ellipsis: glyphs.ellipsis),
                    .dim))
        }
        out.append("")
        out += TextWidth.flow(sentence.split(separator: " ").map(String.init), separator: " ", to: width).map {
            style.paint(TextWidth.isolated($0), .strong)
        }
        return out
    }

    private func line(_ step: Step, _ label: Int, _ isNarrow: Bool, _ style: Style, _ glyphs: Glyphs) -> String {
        let span = span(step)
        let indent = String(repeating: "  ", count: min(tree.nodes[step.node].depth, max(0, (label - 14) / 2)))
        let mark = span.isError ? glyphs.errorMark + " " : ""
        let name = TextWidth.fit(
            indent + mark + TextWidth.clean(span.service + " " + span.name)
                + (step.count > 1 ? " \(glyphs.times)\(step.count)" : ""), to: label, ellipsis: glyphs.ellipsis)
        let share = total == 0 ? 0 : Double(step.held) / Double(total) * 100
        let ink: Ink = span.isError ? .error : isSlow(step) ? .warning : .plain
        let figures =
            TextWidth.fit(Units.duration(step.held), to: 9, .right)
            + TextWidth.fit(Units.fixed(share, 0) + "%", to: 6, .right)
        if isNarrow { return style.paint(name, ink) + figures }
        return style.paint(name, ink) + figures
            + TextWidth.fit(Units.duration(step.took), to: 8, .right)
            + TextWidth.fit(step.usual.map(Units.duration) ?? "-", to: 8, .right)
    }

    private func notes(_ style: Style, _ glyphs: Glyphs) -> [(text: String, ink: Ink)] {
        let ids = Set(steps.map { span($0).id })
        var out: [(time: UInt64, text: String, ink: Ink)] = []
        for span in trace.spans where span.isError {
            let message = span.statusMessage.isEmpty ? "failed" : span.statusMessage
            out.append(
                (span.end, "\(glyphs.errorMark) \(span.service) \(span.name): \(message)", .error))
        }
        for span in trace.spans {
            for event in span.events where event.isError {
                out.append((event.time, "\(glyphs.event) \(span.service) \(event.text)", .error))
            }
        }
        for log in trace.logs where log.level >= .warning || ids.contains(log.span) {
            out.append((log.time, "\(log.level.label) \(log.service) \(log.text)", log.level.ink))
        }
        // Errors say more than what else was logged on the way.
        let loud = out.filter { $0.ink == .error }.sorted { $0.time < $1.time }
        let rest = out.filter { $0.ink != .error }.sorted { $0.time < $1.time }
        let kept = (loud + rest).prefix(Self.mostNotes).sorted { $0.time < $1.time }
        return kept.map { (TextWidth.clean($0.text), $0.ink) }
    }

    /// The one sentence.
    package var sentence: String {
        guard let most = steps.max(by: { $0.held < $1.held }) else { return "The trace has no spans." }
        let culprit = span(most)
        let share = total == 0 ? 0 : Double(most.held) / Double(total) * 100
        var text =
            "\(Units.fixed(share, 0))% of the \(Units.duration(total)) went into "
            + "\(TextWidth.clean(culprit.service)) \(TextWidth.clean(culprit.name)) "
            + (most.count > 1 ? "(\(most.count) of them) " : "itself ")
            + "(\(Units.duration(most.held)))"
        if let usual = most.usual, isSlow(most), usual > 0 {
            text +=
                ", \(Units.digits(Double(most.took) / Double(usual))) times its usual p95 of "
                + Units.duration(usual)
        } else if let usual = most.usual, most.count == 1 {
            text += ", within its p95 of \(Units.duration(usual))"
        }
        // A service often says itself what it waited for.
        if let said = trace.logs.filter({ $0.span == culprit.id && $0.span != 0 && $0.level >= .warning })
            .max(by: { ($0.level, $1.time) < ($1.level, $0.time) })
        {
            text += "; it said \"\(TextWidth.clean(said.text))\""
        }
        // The deepest failure is where it came from.
        if let failed = tree.nodes.indices.filter({ trace.spans[tree.nodes[$0].span].isError })
            .max(by: { tree.nodes[$0].depth < tree.nodes[$1].depth })
        {
            let span = trace.spans[tree.nodes[failed].span]
            text += "; \(TextWidth.clean(span.service)) \(TextWidth.clean(span.name)) failed"
            let message = span.statusMessage.isEmpty ? span.events.first(where: \.isError)?.text : span.statusMessage
            if let message { text += " with \"\(TextWidth.clean(message))\"" }
        }
        return text + "."
    }

}
