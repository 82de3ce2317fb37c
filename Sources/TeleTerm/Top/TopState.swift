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

    mutating func open(_ page: TopPage) { pages.append(page) }
    mutating func close() { if pages.count > 1 { pages.removeLast() } }
    mutating func end() { isDone = true }

    // MARK: Time

    /// A second has gone by.
    package mutating func advance(to now: UInt64) {
        self.now = now
        tick += 1
    }

    /// What should be asked now. A request is due once until ``take(_:_:)`` had its answer.
    package mutating func requests() -> [TopRequest] {
        var wanted: [TopRequest] = []
        switch page {
        case .overview: wanted = [.services, .errors, .alerts]
        case .service(let page): wanted = [.operations(service: page.name), .services]
        case .traces(let page): wanted = [.traces(page.search)]
        case .trace(let page): wanted = page.walk == nil ? [.trace(page.id)] : []
        case .span: break
        case .reason(let page): wanted = page.reason == nil ? [.reason(page.id)] : []
        }
        let due = wanted.filter { request in
            guard let last = asked[request] else { return true }
            return request.period.map { tick - last >= $0 } ?? false
        }
        for request in due { asked[request] = tick }
        return due
    }

    /// What is shown is asked for again at once.
    mutating func reload() {
        asked = [:]
        if case .trace(var page) = page {
            page.span =
                page.walk?.node.flatMap { node in
                    page.walk.map { $0.trace.spans[$0.tree.nodes[node].span].id }
                } ?? page.span
            page.walk = nil
            self.page = .trace(page)
        }
    }

    // MARK: Answers

    /// An answer goes to the view that asked, wherever it is on the stack by now; late ones to none.
    package mutating func take(_ reply: TopReply, to request: TopRequest) {
        if case .failed(let text) = reply {
            failure = text
            // A view that waits for one answer asks again.
            if request.period == nil { asked[request] = nil }
            return
        }
        failure = ""
        switch reply {
        case .services(let found): services = found
        case .errors(let found): errors = found
        case .alerts(let found): alerts = found
        case .failed: break
        case .operations, .traces, .trace, .reason:
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
        case (.trace(var page), .trace(let trace, let details), .trace(let id)) where id == page.id:
            var walk = TraceWalk(trace, details: details)
            if page.span != 0 { walk.show(span: page.span) }
            page.walk = walk
            self = .trace(page)
        case (.reason(var page), .reason(let reason), .reason(let id)) where id == page.id:
            page.reason = reason
            self = .reason(page)
        default: break
        }
    }
}
