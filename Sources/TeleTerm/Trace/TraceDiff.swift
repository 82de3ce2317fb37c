/// Two traces side by side: their trees aligned by service, name and place among alike siblings.
/// A pure function of both traces, the width and the style.
package struct TraceDiff: Sendable {
    /// A span of one or both traces. Nodes are indexes into the trees.
    struct Row: Sendable {
        var left: Int?
        var right: Int?
        var depth: Int
    }

    private let left: TraceView
    private let right: TraceView
    private let leftTree: TraceTree
    private let rightTree: TraceTree
    let rows: [Row]

    package init(_ left: TraceView, _ right: TraceView) {
        self.left = left
        self.right = right
        leftTree = TraceTree(left)
        rightTree = TraceTree(right)
        rows = Self.align(left, leftTree, right, rightTree)
    }

    private struct Key: Hashable {
        var service: String
        var name: String
        var ordinal: Int
    }

    private static func keys(_ nodes: [Int], _ tree: TraceTree, _ trace: TraceView) -> [(Key, Int)] {
        var seen: [Key: Int] = [:]
        return nodes.map { node in
            let span = trace.spans[tree.nodes[node].span]
            var key = Key(service: span.service, name: span.name, ordinal: 0)
            let ordinal = seen[key] ?? 0
            seen[key] = ordinal + 1
            key.ordinal = ordinal
            return (key, node)
        }
    }

    /// Pre-order over both trees at once; children of the left keep their order, those only of the right come last.
    private static func align(
        _ left: TraceView, _ leftTree: TraceTree, _ right: TraceView, _ rightTree: TraceTree
    ) -> [Row] {
        var out: [Row] = []
        var stack: [Row] = []
        func push(_ leftNodes: [Int], _ rightNodes: [Int], _ depth: Int) {
            let others = keys(rightNodes, rightTree, right)
            var byKey = Dictionary(others.map { ($0.0, $0.1) }, uniquingKeysWith: { first, _ in first })
            var rows = keys(leftNodes, leftTree, left).map { key, node in
                Row(left: node, right: byKey.removeValue(forKey: key), depth: depth)
            }
            for (key, node) in others where byKey[key] != nil { rows.append(Row(right: node, depth: depth)) }
            stack += rows.reversed()
        }
        push(leftTree.roots, rightTree.roots, 0)
        while let row = stack.popLast() {
            out.append(row)
            push(
                row.left.map { leftTree.nodes[$0].children } ?? [],
                row.right.map { rightTree.nodes[$0].children } ?? [], row.depth + 1)
        }
        return out
    }

    /// Differences smaller than this, and than a tenth of the span, are noise.
    private static let noise: UInt64 = 1_000_000

    /// The drawing, a line an element, without line ends.
    package func lines(width: Int, style: Style) -> [String] {
        let glyphs = Glyphs(style)
        let label = max(7, width - 33)
        var added = 0
        var missing = 0
        var slower = 0
        var body: [String] = []
        for row in rows {
            let a = row.left.map { left.spans[leftTree.nodes[$0].span] }
            let b = row.right.map { right.spans[rightTree.nodes[$0].span] }
            guard let span = b ?? a else { continue }
            var mark = " "
            var ink = Ink.plain
            var delta = ""
            if let a, let b {
                let (more, less) = (max(a.duration, b.duration), min(a.duration, b.duration))
                let difference = more - less
                if difference >= Self.noise, difference * 10 >= more {
                    let isSlower = b.duration > a.duration
                    delta = (isSlower ? "+" : "-") + Units.duration(difference)
                    ink = isSlower ? .warning : .good
                    if isSlower {
                        slower += 1
                        mark = style.unicode ? "▲" : "^"
                    }
                }
                if b.isError, !a.isError {
                    mark = glyphs.errorMark
                    ink = .error
                    delta = delta.isEmpty ? "fails" : delta
                }
            } else if a == nil {
                (mark, ink, delta) = ("+", .warning, "new")
                added += 1
            } else {
                (mark, ink, delta) = ("-", .dim, "missing")
                missing += 1
            }
            let indent = String(repeating: "  ", count: min(row.depth, max(0, (label - 14) / 2)))
            let name = TextWidth.fit(
                indent + TextWidth.clean(span.service + " " + span.name), to: label - 2, ellipsis: glyphs.ellipsis)
            body.append(
                style.paint(mark, ink) + " " + name + " "
                    + TextWidth.fit(a.map { Units.duration($0.duration) } ?? "-", to: 9, .right) + " "
                    + TextWidth.fit(b.map { Units.duration($0.duration) } ?? "-", to: 9, .right) + " "
                    + style.paint(TextWidth.fit(delta, to: 11, .right), ink))
        }
        let head = [
            style.paint("A \(TextWidth.clean(left.id))", .strong),
            style.paint("B \(TextWidth.clean(right.id))", .strong),
            TextWidth.cut(summary(slower: slower, added: added, missing: missing), to: width), "",
            style.paint(
                TextWidth.fit("", to: label) + " " + TextWidth.fit("A", to: 9, .right) + " "
                    + TextWidth.fit("B", to: 9, .right) + " " + TextWidth.fit("B - A", to: 11, .right), .dim),
        ]
        return head + body
    }

    private func summary(slower: Int, added: Int, missing: Int) -> String {
        let a = leftTree.end - leftTree.start
        let b = rightTree.end - rightTree.start
        return "\(Units.duration(a)) against \(Units.duration(b)): \(slower) slower, \(added) new, \(missing) missing"
    }
}
