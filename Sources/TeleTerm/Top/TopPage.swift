/// A view of the live screen; those that lead to it lie below it on ``TopState``'s stack.
enum TopPage: Sendable {
    case overview(TopList)
    case service(ServicePage)
    case traces(TracesPage)
    case trace(TracePage)
    case span(SpanPage)
    case reason(ReasonPage)

    struct ServicePage: Sendable {
        var name: String
        var operations: [TopOperation]?
        var list = TopList()
        var order = TopOrder.slowest
    }

    struct TracesPage: Sendable {
        var search: TopSearch
        /// What "slow" is for the operation, nanoseconds: its p95.
        var slow: UInt64
        var traces: [TopTrace]?
        var list = TopList()
        var isSlowest: Bool { search.atLeast > 0 || slow == 0 }
    }

    struct TracePage: Sendable {
        var id: String
        /// The span to begin at; 0 for the root.
        var span: UInt64
        var walk: TraceWalk?
        /// Where the server goes on, nil where all spans are known.
        var next: String?
        /// They are being asked for.
        var wantsMore = false
    }

    struct SpanPage: Sendable {
        var walk: TraceWalk
        var node: Int
        var top = 0
    }

    struct ReasonPage: Sendable {
        var id: String
        var reason: TraceReason?
        var top = 0
    }
}

/// By what a table of services or operations is sorted.
enum TopOrder: String, Sendable, CaseIterable {
    case name, busiest, failing, slowest

    var next: TopOrder {
        let all = TopOrder.allCases
        return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
    }

    func precedes(_ a: TopRates, _ nameA: String, _ b: TopRates, _ nameB: String) -> Bool {
        switch self {
        case .name: nameA < nameB
        case .busiest: (-a.rate, nameA) < (-b.rate, nameB)
        case .failing: (-a.errorRatio, nameA) < (-b.errorRatio, nameB)
        case .slowest: (b.p95 ?? 0, nameA) < (a.p95 ?? 0, nameB)
        }
    }
}
