/// The live screen as lines: a pure function of the state, its size and the style.
package struct TopScreen: Sendable {
    let state: TopState
    let style: Style
    let glyphs: Glyphs

    package init(_ state: TopState, style: Style) {
        self.state = state
        self.style = style
        glyphs = Glyphs(style)
    }

    var width: Int { max(state.size.width, 20) }

    /// Rows between the title and the foot.
    static func bodyHeight(_ height: Int) -> Int { max(height - 2, 1) }

    /// As many lines as the terminal has rows.
    package func lines() -> [String] {
        let height = TopScreen.bodyHeight(state.size.height)
        var out = [title]
        out += state.showsHelp ? TopScreen.help.map(cut) : body(height)
        if out.count > height + 1 { out.removeLast(out.count - height - 1) }
        while out.count < height + 1 { out.append("") }
        out.append(foot)
        return out
    }

    private func body(_ height: Int) -> [String] {
        switch state.page {
        case .overview(let list): overview(list, height)
        case .service(let page): service(page, height)
        case .traces(let page): traces(page, height)
        case .trace(let page): trace(page, height)
        case .span(let page):
            Array(TopScreen.lines(of: page, width: width, style: style).dropFirst(page.top).prefix(height))
        case .reason(let page):
            page.reason.map { reason in
                reason.lines(width: width, style: style).dropFirst(page.top).prefix(height)
                    .map { Frame.clip($0, to: width).text }
            } ?? [
                waiting
            ]
        }
    }

    var waiting: String { style.paint("  " + (state.failure.isEmpty ? "asking \(glyphs.ellipsis)" : ""), .dim) }

    // MARK: Title and foot

    /// Where one is, and the time.
    private var title: String {
        let clock = Timestamp.clock(state.now, decimals: 0) + " UTC"
        let path = state.pages.map { page in
            switch page {
            case .overview: "tele \(state.server)"
            case .service(let page): page.name
            case .traces(let page): page.search.operation.isEmpty ? "traces" : page.search.operation
            case .trace(let page): "trace " + (page.walk?.trace.id ?? page.id).prefix(8)
            case .span(let page): page.walk.trace.spans[page.walk.tree.nodes[page.node].span].name
            case .reason: "why"
            }
        }
        // The end of the way is what matters.
        var text = TextWidth.clean(path.joined(separator: " > "))
        let room = max(width - clock.count - 3, 8)
        if TextWidth.of(text) > room {
            var tail: [Character] = []
            var used = 1
            for character in text.reversed() where used < room {
                used += TextWidth.of(character)
                if used <= room { tail.append(character) }
            }
            text = glyphs.ellipsis + String(tail.reversed())
        }
        return style.paint(" " + TextWidth.fit(text, to: room) + "  ", .strong) + style.paint(clock, .dim)
    }

    /// What is typed, what went wrong, or what keys do.
    private var foot: String {
        if let prompt = state.prompt {
            let label = if case .trace = state.page { "search" } else { "filter" }
            return TextWidth.cut(" \(label): \(TextWidth.clean(prompt.text))_", to: width)
        }
        if !state.notice.isEmpty { return style.paint(cut(" " + state.notice), .warning) }
        if !state.failure.isEmpty { return style.paint(cut(" " + state.failure), .error) }
        var keys =
            switch state.page {
            case .overview: ["enter open", "/ filter", "s sort: \(state.order.rawValue)", "tab section"]
            case .service(let page):
                [
                    "enter its slow traces", "e errors", "t traces", "/ filter", "s sort: \(page.order.rawValue)",
                    "esc back",
                ]
            case .traces(let page):
                [
                    "enter open", "e \(page.search.onlyErrors ? "all" : "only errors")",
                    page.slow > 0 ? "s \(page.isSlowest ? "newest" : "slowest")" : "", "/ filter", "esc back",
                ]
            case .trace(let page):
                [page.next == nil ? "" : "m more spans"] + [
                    "enter span", "w why", "e error", "c critical", "</> fold", "l logs", "/ search", "esc back",
                ]
            case .span, .reason: ["up/down scroll", "esc back"]
            }
        if state.showsHelp { keys = ["any key: back"] }
        keys = keys.filter { !$0.isEmpty } + (state.showsHelp ? [] : ["? help", "q quit"])
        let filtered = state.filter.isEmpty ? "" : " [\(TextWidth.clean(state.filter))]"
        // Keys that have no room go from the middle: help and quit stay.
        func joined() -> String { filtered + " " + keys.joined(separator: "  ") }
        while keys.count > 2, TextWidth.of(joined()) > width { keys.remove(at: keys.count - 3) }
        return style.paint(cut(joined()), .dim)
    }

    func cut(_ text: String) -> String { TextWidth.cut(TextWidth.clean(text), to: width, ellipsis: glyphs.ellipsis) }

    static let help = [
        "  up/down, j/k, page up/down, home/end    move",
        "  enter, right                            go into: service, operation, trace, span",
        "  esc, backspace                          back (esc drops a filter first)",
        "  /   filter a list, search a trace       n, N  next and previous match",
        "  s   sort                                r     ask again",
        "  tab next section of the overview        ctrl-z  stop, fg goes on",
        "",
        "  in a trace",
        "  left, right     fold and unfold         f     all spans, or alike ones as one row",
        "  c, C            along the critical path (full bars), forward and back",
        "  e, E            next and previous span that failed",
        "  l               log lines and events    w     why it took so long",
        "  m               more spans, where the trace has more than are shown",
        "",
        "  in a service",
        "  enter           slow traces of the operation",
        "  e, t            traces with errors, all traces",
        "",
        "  q, ctrl-c       quit",
    ]

    // MARK: Numbers

    static let rateColumns: [TopGrid.Column] = [
        .init(title: "req/s", width: 6, side: .right), .init(title: "errors", width: 6, side: .right),
        .init(title: "p50", width: 6, side: .right, rank: 3), .init(title: "p95", width: 6, side: .right),
        .init(title: "p99", width: 6, side: .right, rank: 2),
    ]

    func cells(_ rates: TopRates) -> [TopGrid.Cell] {
        let percent = rates.errorRatio * 100
        let ink: Ink = percent >= 5 ? .error : percent > 0 ? .warning : .dim
        return [
            (Units.count(rates.rate), .plain), (percent > 0 ? Units.digits(percent) + "%" : "0", ink),
            (duration(rates.p50), .plain), (duration(rates.p95), .strong), (duration(rates.p99), .plain),
        ]
    }

    func duration(_ nanoseconds: UInt64?) -> String {
        let text = nanoseconds.map(Units.duration) ?? "-"
        return style.unicode ? text : String(text.map { $0 == "µ" ? "u" : $0 })
    }
}
