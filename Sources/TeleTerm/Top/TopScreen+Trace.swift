extension TopScreen {
    /// Two lines on the trace, its waterfall, and a line on the span under the cursor.
    func trace(_ page: TopPage.TracePage, _ height: Int) -> [String] {
        guard let walk = page.walk else { return [waiting] }
        var out = walk.header(style).dropFirst().map { Frame.clip("  " + $0, to: width).text }
        let rows = max(height - out.count - 1, 2)
        var lines = walk.lines(width: width, height: rows, style: style)
        while lines.count < rows { lines.append("") }
        out += lines
        out.append(about(walk))
        return out
    }

    private func about(_ walk: TraceWalk) -> String {
        guard let node = walk.node else { return "" }
        let place = walk.tree.nodes[node]
        let span = walk.trace.spans[place.span]
        let at = span.start > walk.tree.start ? span.start - walk.tree.start : 0
        var facts = [
            "\(span.service) \(span.name)", "at +\(duration(at))", "took \(duration(span.duration))",
            "itself \(duration(place.selfTime))",
        ]
        if walk.isCritical(node) { facts.append("on the critical path") }
        if span.isError { facts.append("failed" + (span.statusMessage.isEmpty ? "" : ": \(span.statusMessage)")) }
        return style.paint(cut(" " + facts.joined(separator: " \(glyphs.dot) ")), span.isError ? .error : .strong)
    }

    /// Everything that is known of a span.
    static func lines(of page: TopPage.SpanPage, width: Int, style: Style) -> [String] {
        let walk = page.walk
        let place = walk.tree.nodes[page.node]
        let span = walk.trace.spans[place.span]
        let details = walk.details.indices.contains(place.span) ? walk.details[place.span] : SpanDetails()
        let glyphs = Glyphs(style)
        func duration(_ value: UInt64) -> String {
            let text = Units.duration(value)
            return style.unicode ? text : String(text.map { $0 == "µ" ? "u" : $0 })
        }
        func offset(_ time: UInt64) -> String { "+" + duration(time > span.start ? time - span.start : 0) }
        func pairs(_ title: String, _ pairs: [SpanDetails.Pair]) -> [String] {
            guard !pairs.isEmpty else { return [] }
            let names = min(pairs.map { TextWidth.of(TextWidth.clean($0.key)) }.max() ?? 0, width / 2)
            return ["", style.paint("  " + title, .dim)]
                + pairs.flatMap { pair -> [String] in
                    let name = TextWidth.fit(TextWidth.clean(pair.key), to: names, ellipsis: glyphs.ellipsis)
                    let pieces = wrapped(TextWidth.clean(pair.value), to: max(width - names - 6, 10))
                    return pieces.enumerated().map { index, piece in
                        "    " + style.paint(index == 0 ? name : String(repeating: " ", count: names), .accent) + "  "
                            + TextWidth.isolated(piece)
                    }
                }
        }
        let status = span.isError ? "error" : details.status
        var out = [
            "  "
                + style.paint(
                    TextWidth.cut(TextWidth.clean(span.service), to: width / 3), Style.service(span.service)) + " "
                + style.paint(TextWidth.cut(TextWidth.clean(span.name), to: width / 2), .strong),
            TextWidth.cut(
                "  took \(duration(span.duration)), itself \(duration(place.selfTime))"
                    + (walk.isCritical(page.node) ? ", on the critical path" : ""), to: width),
            TextWidth.cut("  \(Timestamp.text(span.start, decimals: 6)) UTC", to: width),
            style.paint(
                TextWidth.cut(
                    "  \(details.kind)  status \(status.isEmpty ? "unset" : status)"
                        + (span.statusMessage.isEmpty ? "" : ": \(TextWidth.clean(span.statusMessage))"), to: width),
                span.isError ? .error : .plain),
        ]
        out += pairs("attributes", details.attributes)
        if !span.events.isEmpty {
            out += ["", style.paint("  events", .dim)]
            for event in span.events {
                out += wrapped("\(offset(event.time)) \(TextWidth.clean(event.text))", to: width - 5).map {
                    "    " + style.paint(TextWidth.isolated($0), event.isError ? .error : .plain)
                }
            }
        }
        let logs = walk.trace.logs.filter { $0.span == span.id && span.id != 0 }.sorted { $0.time < $1.time }
        if !logs.isEmpty {
            out += ["", style.paint("  log lines", .dim)]
            for log in logs {
                out += wrapped("\(offset(log.time)) \(log.level.label) \(TextWidth.clean(log.text))", to: width - 5).map
                {
                    "    " + style.paint(TextWidth.isolated($0), log.level.ink)
                }
            }
        }
        out += pairs("links", details.links)
        out += pairs("resource", details.resource)
        out += pairs(
            "ids",
            [.init("trace", walk.trace.id), .init("span", hex(span.id)), .init("parent", hex(span.parent))]
                + (details.scope.isEmpty ? [] : [.init("scope", details.scope)]))
        return out
    }

    private static func hex(_ id: UInt64) -> String {
        guard id != 0 else { return "-" }
        let text = String(id, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    /// Pieces of at most `width` columns; no text is cut away here, because it is what was looked for.
    private static func wrapped(_ text: String, to width: Int) -> [String] {
        if text.utf8.count <= width { return [text] }
        var out: [String] = []
        var piece = ""
        var used = 0
        for character in text {
            let columns = TextWidth.of(character)
            if used + columns > width {
                out.append(piece)
                (piece, used) = ("", 0)
            }
            piece.append(character)
            used += columns
        }
        return out + [piece]
    }
}
