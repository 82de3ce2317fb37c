extension TopScreen {
    /// Services first; the newest errors and the firing alerts keep some rows below them.
    func overview(_ list: TopList, _ height: Int) -> [String] {
        let rows = state.overviewRows
        let cursor = list.row(in: rows.map(\.id))
        let parts = (0..<3).map { section in rows.indices.filter { rows[$0].section == section } }
        let alerts = min(parts[2].count, max(1, height / 6))
        let errors = min(parts[1].count, max(2, height / 4))
        // Each section has a head and, but the first, an empty line above it where there is room.
        let gap = height >= 16 ? 1 : 0
        let free = max(1, height - 1 - (1 + gap + max(errors, 1)) - (1 + gap + max(alerts, 1)))

        let grid = TopGrid(
            [.init(title: "service", width: 12, grow: true)] + TopScreen.rateColumns + [
                .init(title: "traffic", width: 12, grow: true, rank: 4),
                .init(title: "p95 over time", width: 16, grow: true, rank: 5),
            ], width: width, style: style)
        var out = [grid.head]
        if state.services == nil { out.append(waiting) }
        if state.services?.isEmpty == true {
            out.append(style.paint("  no service has sent a span in the last minutes", .dim))
        }
        if parts[0].isEmpty, state.services?.isEmpty == false { out.append(nothing) }
        for index in window(parts[0], cursor, free) {
            guard case .service(let service) = rows[index] else { continue }
            let name = service.name.isEmpty ? "(no service)" : service.name
            let traffic = grid.width("traffic")
            let latency = grid.width("p95 over time")
            out.append(
                grid.line(
                    [(name, Style.service(name))] + cells(service.rates) + [
                        (Sparkline.text(service.traffic, width: traffic, unicode: style.unicode), .accent),
                        (Sparkline.text(service.latency, width: latency, unicode: style.unicode), .warning),
                    ], isSelected: index == cursor))
        }
        if gap > 0 { out.append("") }
        out.append(section("newest errors", parts[1].count, isKnown: state.errors != nil))
        for index in window(parts[1], cursor, errors) {
            guard case .error(let error) = rows[index] else { continue }
            out.append(errorGrid.line(cells(error), isSelected: index == cursor))
        }
        if gap > 0 { out.append("") }
        out.append(section("alerts", parts[2].count, isKnown: state.alerts != nil))
        for index in window(parts[2], cursor, alerts) {
            guard case .alert(let alert) = rows[index] else { continue }
            let ink: Ink = alert.isFiring ? .error : .warning
            out.append(
                alertGrid.line(
                    [
                        (alert.isFiring ? "firing" : "pending", ink), (alert.name, .strong), (alert.severity, .plain),
                        (alert.service, Style.service(alert.service)), (alert.summary, .plain),
                    ], isSelected: index == cursor))
        }
        return out
    }

    private var nothing: String { style.paint("  nothing here has '\(TextWidth.clean(state.filter))'", .dim) }

    private func section(_ name: String, _ count: Int, isKnown: Bool) -> String {
        style.paint(cut("  \(name): " + (isKnown ? count == 0 ? "none" : "\(count)" : glyphs.ellipsis)), .dim)
    }

    /// The rows of a section that have room, around the cursor where it is among them.
    private func window(_ rows: [Int], _ cursor: Int?, _ height: Int) -> ArraySlice<Int> {
        let row =
            cursor.flatMap { rows.firstIndex(of: $0) } ?? (rows.last.map { $0 < cursor ?? 0 } == true ? rows.count : 0)
        return rows[TopList.window(rows.count, around: row, height: height)]
    }

    private var errorGrid: TopGrid {
        TopGrid(
            [
                .init(title: "at", width: 8), .init(title: "service", width: 10, grow: true),
                .init(title: "span", width: 11, grow: true), .init(title: "message", width: 14, grow: true, rank: 1),
                .init(title: "of", width: 14, grow: true, rank: 2), .init(title: "took", width: 6, side: .right),
                .init(title: "trace", width: 8, rank: 3),
            ], width: width, style: style)
    }

    private func cells(_ error: TopTrace) -> [TopGrid.Cell] {
        [
            (Timestamp.clock(error.start, decimals: 0), .dim), (error.spanService, Style.service(error.spanService)),
            (error.spanName, .error), (error.message, .error), ("\(error.rootService) \(error.rootName)", .plain),
            (duration(error.duration), .plain), (String(error.id.prefix(8)), .accent),
        ]
    }

    private var alertGrid: TopGrid {
        TopGrid(
            [
                .init(title: "state", width: 7), .init(title: "alert", width: 14, grow: true),
                .init(title: "severity", width: 8, rank: 2), .init(title: "service", width: 10, grow: true, rank: 1),
                .init(title: "summary", width: 14, grow: true, rank: 3),
            ], width: width, style: style)
    }
}
