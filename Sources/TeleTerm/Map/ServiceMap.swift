/// Who calls whom, drawn as a tree of calls from those that nobody calls. A service that was drawn before is named
/// again, and its own calls are not repeated. A pure function of the edges, the width and the style.
package struct ServiceMap: Sendable {
    package struct Edge: Sendable, Hashable {
        package var client: String
        package var server: String
        /// "", `messaging_system`, `database` or `virtual_node`.
        package var connection: String
        /// Requests a second.
        package var rate: Double
        /// 0...1.
        package var errorRatio: Double
        /// Nanoseconds; nil where nothing was measured.
        package var p95: UInt64?

        package init(
            client: String, server: String, connection: String, rate: Double, errorRatio: Double, p95: UInt64?
        ) {
            self.client = client
            self.server = server
            self.connection = connection
            self.rate = rate
            self.errorRatio = errorRatio
            self.p95 = p95
        }
    }

    private let callsOf: [String: [Edge]]
    private let roots: [String]
    private let services: Int

    package init(_ edges: [Edge]) {
        var calls: [String: [Edge]] = [:]
        for edge in edges { calls[edge.client, default: []].append(edge) }
        for client in calls.keys {
            calls[client]?.sort { ($1.rate, $0.server, $0.connection) < ($0.rate, $1.server, $1.connection) }
        }
        callsOf = calls
        let called = Set(edges.filter { $0.client != $0.server }.map(\.server))
        let all = Set(edges.map(\.client)).union(edges.map(\.server))
        services = all.count
        // In a cycle that nobody enters every service is called: the one first by name stands in.
        var roots = calls.keys.filter { !called.contains($0) }.sorted()
        var reached: Set<String> = []
        for root in roots { Self.reach(root, calls, &reached) }
        for client in calls.keys.sorted() where !reached.contains(client) {
            roots.append(client)
            Self.reach(client, calls, &reached)
        }
        self.roots = roots
    }

    private static func reach(_ from: String, _ calls: [String: [Edge]], _ reached: inout Set<String>) {
        var stack = [from]
        while let service = stack.popLast() {
            guard reached.insert(service).inserted else { continue }
            stack += (calls[service] ?? []).map(\.server)
        }
    }

    private struct Row {
        var stem: String
        var name: String
        var ink: Ink
        var note: String
        var edge: Edge?
    }

    /// The drawing, a line an element, without line ends.
    package func lines(width: Int, style: Style) -> [String] {
        let glyphs = Glyphs(style)
        var rows: [Row] = []
        var drawn: Set<String> = []
        for root in roots {
            rows.append(Row(stem: "", name: root, ink: Style.service(root), note: "", edge: nil))
            grow(root, "", glyphs, style, &drawn, &rows)
        }
        let figures = [9, 8, 8]
        let free = max(12, width - figures.reduce(0, +) - 3)
        let widest = rows.map { TextWidth.of($0.stem) + TextWidth.of(TextWidth.clean($0.name + $0.note)) }.max() ?? 0
        let label = min(free, max(widest, 12))
        let edges = rows.filter { $0.edge != nil }.count
        var out = [
            style.paint(
                "\(services) service\(services == 1 ? "" : "s") \(glyphs.dot) \(edges) edge\(edges == 1 ? "" : "s")",
                .strong),
            style.paint(
                String(repeating: " ", count: label + 1) + TextWidth.fit("req/s", to: 9, .right) + " "
                    + TextWidth.fit("errors", to: 8, .right) + " " + TextWidth.fit("p95", to: 8, .right), .dim),
        ]
        for row in rows {
            let stem = TextWidth.cut(row.stem, to: max(0, label - 8), ellipsis: glyphs.ellipsis)
            let name = TextWidth.cut(
                TextWidth.clean(row.name), to: label - TextWidth.of(stem), ellipsis: glyphs.ellipsis)
            let note = TextWidth.cut(
                row.note, to: label - TextWidth.of(stem) - TextWidth.of(name), ellipsis: glyphs.ellipsis)
            var line = style.paint(stem, .dim) + style.paint(name, row.ink) + style.paint(note, .dim)
            if let edge = row.edge {
                let used = TextWidth.of(stem) + TextWidth.of(name) + TextWidth.of(note)
                line += String(repeating: " ", count: label - used + 1) + Self.figures(edge, style)
            }
            out.append(line)
        }
        return out
    }

    private static func figures(_ edge: Edge, _ style: Style) -> String {
        let percent = edge.errorRatio * 100
        let ink: Ink = percent >= 5 ? .error : percent > 0 ? .warning : .plain
        return TextWidth.fit(Units.digits(edge.rate), to: 9, .right) + " "
            + style.paint(TextWidth.fit(Units.digits(percent) + "%", to: 8, .right), ink) + " "
            + TextWidth.fit(edge.p95.map(Units.duration) ?? "-", to: 8, .right)
    }

    /// Depth first with a stack of its own, since names come from strangers and so do chains of them.
    private func grow(
        _ root: String, _ stem: String, _ glyphs: Glyphs, _ style: Style, _ drawn: inout Set<String>,
        _ rows: inout [Row]
    ) {
        drawn.insert(root)
        var stack: [(edge: Edge, stem: String, isLast: Bool)] = []
        func push(_ client: String, _ stem: String) {
            let calls = callsOf[client] ?? []
            for (index, edge) in calls.enumerated().reversed() {
                stack.append((edge, stem, index == calls.count - 1))
            }
        }
        push(root, stem)
        while let (edge, stem, isLast) = stack.popLast() {
            let isNew = drawn.insert(edge.server).inserted
            let hasCalls = !(callsOf[edge.server] ?? []).isEmpty
            var note =
                switch edge.connection {
                case "messaging_system": " (queue)"
                case "database": " (database)"
                case "virtual_node": edge.client == "user" ? "" : " (no spans)"
                default: ""
                }
            if !isNew, hasCalls { note += style.unicode ? " ↑" : " ^" }
            rows.append(
                Row(
                    stem: stem + (isLast ? glyphs.lastBranch : glyphs.branch), name: edge.server,
                    ink: Style.service(edge.server), note: note, edge: edge))
            // So deep that nothing of it would be seen.
            if isNew, stem.count < 192 { push(edge.server, stem + (isLast ? glyphs.blank : glyphs.through)) }
        }
    }
}
