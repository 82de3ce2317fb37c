/// The live screen as a value: keys, seconds and the server's answers change it, ``TopScreen`` draws it.
package struct TopState: Sendable {
    /// Text that is being typed at the foot: a filter of lists, a search in a trace.
    struct Prompt: Sendable {
        var text: String
        let before: String
    }

    var pages: [TopPage]
    var services: [TopService]?
    var errors: [TopTrace]?
    var alerts: [TopAlert]?
    var order = TopOrder.name
    var prompt: Prompt?
    var showsHelp = false
    /// One line for the person, until the next key.
    var notice = ""
    /// What the server said to the last request that failed; "" once one succeeds.
    package private(set) var failure = ""
    package private(set) var isDone = false
    package var size: (width: Int, height: Int)
    /// Shown in the title.
    let server: String
    /// Unix nanoseconds.
    package private(set) var now: UInt64
    private var tick = 0
    /// At which tick each request was made last.
    private var asked: [TopRequest: Int] = [:]
    /// Requests for one answer that failed: asked again, but not at once, or a server that is gone would be asked
    /// without a pause.
    private var refused: Set<TopRequest> = []
    private static let patience = 2

    /// `trace`: the trace to begin with; "" for the overview.
    package init(server: String, size: (width: Int, height: Int), now: UInt64, trace: String = "") {
        self.server = server
        self.size = size
        self.now = now
        pages = [.overview(TopList())]
        if !trace.isEmpty { pages.append(.trace(.init(id: trace, span: 0))) }
    }

    var page: TopPage {
        get { pages[pages.count - 1] }
        set { pages[pages.count - 1] = newValue }
    }

    /// A view that has been open before has nothing of what was answered then.
    mutating func open(_ page: TopPage) {
        pages.append(page)
        for request in wanted { asked[request] = nil }
    }

    mutating func close() { if pages.count > 1 { pages.removeLast() } }
    mutating func end() { isDone = true }

    // MARK: Time

    /// A second has gone by.
    package mutating func advance(to now: UInt64) {
        self.now = now
        tick += 1
    }

    /// What the view shows, or lacks.
    private var wanted: [TopRequest] {
        switch page {
        case .overview: return [.services, .errors, .alerts]
        case .service(let page): return [.operations(service: page.name), .services]
        case .traces(let page): return [.traces(page.search)]
        case .trace(let page):
            guard page.walk != nil else { return [.trace(page.id)] }
            guard page.wantsMore, let next = page.next else { return [] }
            return [.moreSpans(trace: page.id, cursor: next)]
        case .span: return []
        case .reason(let page): return page.reason == nil ? [.reason(page.id)] : []
        }
    }

    /// What should be asked now. A request is due once until ``take(_:_:)`` had its answer.
    package mutating func requests() -> [TopRequest] {
        let due = wanted.filter { request in
            guard let last = asked[request] else { return true }
            let period = request.period ?? (refused.contains(request) ? TopState.patience : nil)
            return period.map { tick - last >= $0 } ?? false
        }
        refused.subtract(due)
        for request in due { asked[request] = tick }
        return due
    }

    /// What is shown is asked for again at once.
    mutating func reload() {
        asked = [:]
        refused = []
        if case .trace(var page) = page {
            page.span =
                page.walk?.node.flatMap { node in
                    page.walk.map { $0.trace.spans[$0.tree.nodes[node].span].id }
                } ?? page.span
            page.walk = nil
            page.next = nil
            page.wantsMore = false
            self.page = .trace(page)
        }
    }

    // MARK: Answers

    /// An answer goes to the view that asked, wherever it is on the stack by now; late ones to none.
    package mutating func take(_ reply: TopReply, to request: TopRequest) {
        if case .failed(let text) = reply {
            failure = text
            if request.period == nil { refused.insert(request) }
            return
        }
        failure = ""
        switch reply {
        case .services(let found): services = found
        case .errors(let found): errors = found
        case .alerts(let found): alerts = found
        case .failed: break
        case .operations, .traces, .trace, .reason:
            if case .moreSpans = request { notice = "" }
            for index in pages.indices { pages[index].take(reply, to: request) }
        }
    }
}

extension TopPage {
    fileprivate mutating func take(_ reply: TopReply, to request: TopRequest) {
        switch (self, reply, request) {
        case (.service(var page), .operations(let found), .operations(let service)) where service == page.name:
            page.operations = found
            self = .service(page)
        case (.traces(var page), .traces(let found), .traces(let search)) where search == page.search:
            page.traces = found
            self = .traces(page)
        case (.trace(var page), .trace(let trace, let details, let next), .trace(let id)) where id == page.id:
            var walk = TraceWalk(trace, details: details)
            if page.span != 0 { walk.show(span: page.span) }
            page.walk = walk
            page.next = next
            self = .trace(page)
        case (.trace(var page), .trace(let trace, let details, let next), .moreSpans(let id, let cursor))
        where id == page.id && cursor == page.next:
            page.walk?.add(trace.spans, details: details, total: next == nil ? 0 : trace.total)
            page.next = next
            page.wantsMore = false
            self = .trace(page)
        case (.reason(var page), .reason(let reason), .reason(let id)) where id == page.id:
            page.reason = reason
            self = .reason(page)
        default: break
        }
    }
}
