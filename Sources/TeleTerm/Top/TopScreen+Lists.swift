extension TopScreen {
    /// A service in two lines, then its operations.
    func service(_ page: TopPage.ServicePage, _ height: Int) -> [String] {
        var out: [String] = []
        if let service = state.services?.first(where: { $0.name == page.name }) {
            let rates = service.rates
            out.append(
                cut(
                    "  \(Units.count(rates.rate)) req/s  \(Units.digits(rates.errorRatio * 100))% errors"
                        + "  p50 \(duration(rates.p50))  p95 \(duration(rates.p95))  p99 \(duration(rates.p99))"))
            let room = max((width - 20) / 2, 4)
            let traffic = Sparkline.text(service.traffic, width: room, unicode: style.unicode)
            let latency = Sparkline.text(service.latency, width: room, unicode: style.unicode)
            out.append("  traffic " + style.paint(traffic, .accent) + "  p95 " + style.paint(latency, .warning))
            out.append("")
        }
        let grid = TopGrid(
            [.init(title: "operation", width: 14, grow: true), .init(title: "kind", width: 8, rank: 1)]
                + TopScreen.rateColumns, width: width, style: style)
        out.append(grid.head)
        guard page.operations != nil else { return out + [waiting] }
        let rows = page.rows
        if rows.isEmpty { out.append(style.paint("  no operation in the last minutes", .dim)) }
        let cursor = page.list.row(in: rows.map(\.id))
        for index in TopList.window(rows.count, around: cursor, height: height - out.count) {
            let row = rows[index]
            out.append(
                grid.line([(row.name, .plain), (row.kind, .dim)] + cells(row.rates), isSelected: index == cursor))
        }
        return out
    }

    func traces(_ page: TopPage.TracesPage, _ height: Int) -> [String] {
        var facts = page.search.onlyErrors ? "traces with errors" : "traces"
        facts += page.search.operation.isEmpty ? " of \(page.search.service)" : " of \(page.search.operation)"
        if page.search.atLeast > 0 { facts += " that took \(duration(page.search.atLeast)) or more" }
        facts += page.isSlowest ? ", slowest first" : ", newest first"
        var out = [style.paint(cut("  " + facts), .dim)]
        let grid = TopGrid(
            [
                .init(title: "at", width: 12), .init(title: "span", width: 7, side: .right),
                .init(title: "trace", width: 7, side: .right, rank: 3), .init(title: "root", width: 14, grow: true),
                .init(title: "message", width: 12, grow: true, rank: 2), .init(title: "id", width: 8, rank: 1),
            ], width: width, style: style)
        out.append(grid.head)
        guard page.traces != nil else { return out + [waiting] }
        let rows = page.rows
        if rows.isEmpty { out.append(style.paint("  none in the last hour", .dim)) }
        let cursor = page.list.row(in: rows.map(\.id))
        for index in TopList.window(rows.count, around: cursor, height: height - out.count) {
            let row = rows[index]
            out.append(
                grid.line(
                    [
                        (Timestamp.clock(row.start), .dim), (duration(row.spanDuration), .strong),
                        (duration(row.duration), .plain),
                        ("\(row.rootService) \(row.rootName)", Style.service(row.rootService)),
                        (row.message, .error), (String(row.id.prefix(8)), .accent),
                    ], isSelected: index == cursor))
        }
        return out
    }
}
