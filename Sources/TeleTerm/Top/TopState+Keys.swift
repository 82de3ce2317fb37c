extension TopState {
    package mutating func press(_ key: Key) {
        notice = ""
        if key == .control("c") { return end() }
        if prompt != nil { return type(key) }
        if showsHelp {
            showsHelp = false
            return
        }
        switch key {
        case .character("q"): end()
        case .character("?"): showsHelp = true
        case .character("/"): prompt = Prompt(text: "", before: filter)
        case .character("r"): reload()
        case .escape where !filter.isEmpty: filter = ""
        case .escape, .backspace: close()
        default: pressInPage(key)
        }
    }

    // MARK: Typing

    /// The text that the view is filtered or searched by.
    var filter: String {
        get {
            switch page {
            case .overview(let list): list.filter
            case .service(let page): page.list.filter
            case .traces(let page): page.list.filter
            case .trace(let page): page.walk?.search ?? ""
            case .span, .reason: ""
            }
        }
        set {
            switch page {
            case .overview(var list):
                list.filter = newValue
                page = .overview(list)
            case .service(var page):
                page.list.filter = newValue
                self.page = .service(page)
            case .traces(var page):
                page.list.filter = newValue
                self.page = .traces(page)
            case .trace(var page):
                if page.walk?.find(newValue) == false, let walk = page.walk {
                    notice = "nothing in this trace has '\(newValue)'" + andMissing(walk)
                }
                self.page = .trace(page)
            case .span, .reason: break
            }
        }
    }

    private static let longestText = 200

    /// A list follows each letter; a trace is searched when the text is complete.
    private mutating func type(_ key: Key) {
        guard var typed = prompt else { return }
        switch key {
        case .enter:
            prompt = nil
            filter = typed.text
            return
        case .escape:
            prompt = nil
            filter = typed.before
            return
        case .backspace:
            if typed.text.isEmpty {
                prompt = nil
                filter = typed.before
                return
            }
            typed.text.removeLast()
        case .control("u"): typed.text = ""
        case .character(let character) where typed.text.count < TopState.longestText: typed.text.append(character)
        default: return
        }
        prompt = typed
        if case .trace = page { return }
        filter = typed.text
    }

    // MARK: Views

    private mutating func pressInPage(_ key: Key) {
        switch page {
        case .overview(let list): press(key, overview: list)
        case .service(let page): press(key, service: page)
        case .traces(let page): press(key, traces: page)
        case .trace(let page): press(key, trace: page)
        case .span(var page):
            page.top = scrolled(page.top, key, count: TopScreen.lines(of: page, width: size.width, style: .plain).count)
            self.page = .span(page)
            if key == .left { close() }
        case .reason(var page):
            page.top = scrolled(page.top, key, count: page.reason?.lines(width: size.width, style: .plain).count ?? 0)
            self.page = .reason(page)
            if key == .left { close() }
        }
    }

    private var pageRows: Int { max(size.height - 4, 1) }

    /// True where the key moved the cursor.
    private func move(_ list: inout TopList, _ key: Key, in ids: [String]) -> Bool {
        switch key {
        case .up, .character("k"): list.move(by: -1, in: ids)
        case .down, .character("j"): list.move(by: 1, in: ids)
        case .pageUp, .control("b"): list.move(by: -pageRows, in: ids)
        case .pageDown, .control("f"), .character(" "): list.move(by: pageRows, in: ids)
        case .home, .character("g"): list.move(to: 0, in: ids)
        case .end, .character("G"): list.move(to: .max, in: ids)
        default: return false
        }
        return true
    }

    private func scrolled(_ top: Int, _ key: Key, count: Int) -> Int {
        let most = max(0, count - TopScreen.bodyHeight(size.height))
        let moved =
            switch key {
            case .up, .character("k"): top - 1
            case .down, .character("j"): top + 1
            case .pageUp, .control("b"): top - pageRows
            case .pageDown, .control("f"), .character(" "): top + pageRows
            case .home, .character("g"): 0
            case .end, .character("G"): most
            default: top
            }
        return max(0, min(moved, most))
    }

    private mutating func press(_ key: Key, overview: TopList) {
        var list = overview
        let rows = overviewRows
        let ids = rows.map(\.id)
        if move(&list, key, in: ids) {
            page = .overview(list)
            return
        }
        switch key {
        case .character("s"): order = order.next
        case .tab, .backTab:
            // To the first row of the next section that has rows.
            let starts = rows.indices.filter { $0 == 0 || rows[$0].section != rows[$0 - 1].section }
            guard let at = list.row(in: ids), !starts.isEmpty else { return }
            let current = starts.lastIndex { $0 <= at } ?? 0
            list.move(to: starts[(current + (key == .tab ? 1 : starts.count - 1)) % starts.count], in: ids)
            page = .overview(list)
        case .enter, .right:
            guard let at = list.row(in: ids) else { return }
            switch rows[at] {
            case .service(let service): open(.service(.init(name: service.name)))
            case .error(let error): open(.trace(.init(id: error.id, span: error.span)))
            case .alert(let alert):
                if alert.service.isEmpty {
                    notice = "the alert names no service"
                } else {
                    open(.service(.init(name: alert.service)))
                }
            }
        default: break
        }
    }

    private mutating func press(_ key: Key, service page: TopPage.ServicePage) {
        var page = page
        let rows = page.rows
        let ids = rows.map(\.id)
        if move(&page.list, key, in: ids) {
            self.page = .service(page)
            return
        }
        switch key {
        case .left: close()
        case .character("s"):
            page.order = page.order.next
            self.page = .service(page)
        case .character("e"):
            open(.traces(.init(search: TopSearch(service: page.name, onlyErrors: true), slow: 0)))
        case .character("t"):
            open(.traces(.init(search: TopSearch(service: page.name), slow: 0)))
        case .enter, .right:
            guard let at = page.list.row(in: ids) else { return }
            let slow = rows[at].rates.p95 ?? 0
            // Buckets are coarse: a quantile may be twice what any span took.
            let search = TopSearch(service: page.name, operation: rows[at].name, atLeast: slow / 2)
            open(.traces(.init(search: search, slow: search.atLeast)))
        default: break
        }
    }

    /// Another search in the same view.
    private mutating func replace(_ page: TopPage.TracesPage) {
        var page = page
        page.traces = nil
        pages.removeLast()
        open(.traces(page))
    }

    private mutating func press(_ key: Key, traces page: TopPage.TracesPage) {
        var page = page
        let rows = page.rows
        if move(&page.list, key, in: rows.map(\.id)) {
            self.page = .traces(page)
            return
        }
        switch key {
        case .left: close()
        case .character("e"):
            page.search.onlyErrors.toggle()
            replace(page)
        case .character("s"):
            guard page.slow > 0 else { return }
            page.search.atLeast = page.search.atLeast > 0 ? 0 : page.slow
            replace(page)
        case .enter, .right:
            guard let at = page.list.row(in: rows.map(\.id)) else { return }
            open(.trace(.init(id: rows[at].id, span: rows[at].span)))
        default: break
        }
    }

    /// Spans of one trace that the screen takes: their attributes are kept too.
    static let mostSpans = 100_000

    /// "" where all spans are known.
    private func missing(_ walk: TraceWalk) -> String {
        walk.trace.isCut ? "the first \(walk.trace.countText) by start; m reads on" : ""
    }

    private func andMissing(_ walk: TraceWalk) -> String { walk.trace.isCut ? " in \(missing(walk))" : "" }

    private mutating func press(_ key: Key, trace page: TopPage.TracePage) {
        var page = page
        guard var walk = page.walk else {
            if key == .left { close() }
            return
        }
        switch key {
        case .up, .character("k"): walk.move(by: -1)
        case .down, .character("j"): walk.move(by: 1)
        case .pageUp, .control("b"): walk.move(by: -pageRows)
        case .pageDown, .control("f"), .character(" "): walk.move(by: pageRows)
        case .home, .character("g"): walk.move(to: 0)
        case .end, .character("G"):
            walk.move(to: .max)
            notice = missing(walk)
        case .left, .character("h"): walk.fold()
        case .right: if !walk.unfold() { walk.move(by: 1) }
        case .character("m"):
            if page.next == nil {
                notice = "these are all spans of this trace"
            } else if walk.trace.spans.count >= TopState.mostSpans {
                notice = "no more than \(TopState.mostSpans) spans here; telectl trace ID --spans N draws more"
            } else {
                page.wantsMore = true
                notice = "reading more spans"
            }
        case .character("f"): walk.toggleAll()
        case .character("l"): walk.toggleLogs()
        case .character("e"): if !walk.jump(to: .error) { notice = "no span of this trace failed" + andMissing(walk) }
        case .character("E"): walk.jump(to: .error, forward: false)
        case .character("n"), .character("N"):
            if walk.search.isEmpty {
                notice = "search with / first"
            } else if !walk.jump(to: .match, forward: key == .character("n")) {
                notice = "nothing in this trace has '\(walk.search)'" + andMissing(walk)
            }
        case .character("c"):
            if !walk.jumpAlongPath(forward: true) { notice = "the critical path ends here" }
        case .character("C"):
            if !walk.jumpAlongPath(forward: false) { notice = "the critical path begins here" }
        case .character("w"): open(.reason(.init(id: walk.trace.id)))
        case .enter:
            // On alike siblings: shows them; on a span: what it says.
            if case .run = walk.rows.indices.contains(walk.cursor) ? walk.rows[walk.cursor] : nil {
                walk.unfold()
            } else if let node = walk.node {
                open(.span(.init(walk: walk, node: node)))
            }
        default: return
        }
        page.walk = walk
        // What was opened stands above by now.
        if let at = pages.lastIndex(where: { if case .trace = $0 { true } else { false } }) { pages[at] = .trace(page) }
    }
}
