extension TopState {
    /// A row of the overview that the cursor can be on.
    enum OverviewRow {
        case service(TopService)
        case error(TopTrace)
        case alert(TopAlert)

        var section: Int {
            switch self {
            case .service: 0
            case .error: 1
            case .alert: 2
            }
        }

        var id: String {
            switch self {
            case .service(let service): "s" + service.name
            case .error(let error): "e" + error.id
            case .alert(let alert): "a\(alert.name)\u{0}\(alert.service)\u{0}\(alert.summary)"
            }
        }
    }

    /// What the filter keeps, in drawing order.
    var overviewRows: [OverviewRow] {
        guard case .overview(let list) = pages[0] else { return [] }
        let order = order
        let kept = (services ?? []).filter { list.keeps($0.name) }
            .sorted { order.precedes($0.rates, $0.name, $1.rates, $1.name) }
        let failed = (errors ?? []).filter {
            list.keeps($0.spanService, $0.spanName, $0.message, $0.rootService, $0.rootName, $0.id)
        }
        let firing = (alerts ?? []).filter { list.keeps($0.name, $0.service, $0.summary) }
        return kept.map { .service($0) } + failed.map { .error($0) } + firing.map { .alert($0) }
    }
}

extension TopOperation {
    var id: String { kind + "\u{0}" + name }
}

extension TopPage.ServicePage {
    var rows: [TopOperation] {
        (operations ?? []).filter { list.keeps($0.name, $0.kind) }
            .sorted { order.precedes($0.rates, $0.id, $1.rates, $1.id) }
    }
}

extension TopPage.TracesPage {
    /// The slowest first, or the newest.
    var rows: [TopTrace] {
        (traces ?? []).filter { list.keeps($0.spanName, $0.rootService, $0.rootName, $0.id, $0.message) }
            .sorted {
                isSlowest ? ($1.spanDuration, $0.id) < ($0.spanDuration, $1.id) : ($1.start, $0.id) < ($0.start, $1.id)
            }
    }
}
