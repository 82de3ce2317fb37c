import TeleQL

/// What of a line's labels a metric query needs. Loki's parsers stop where they have it all, and do nothing where that is
/// nothing: what is wrong with the rest of a line is then no error, and no reason to refuse the query.
struct LogParserHints {
    /// No label of a line counts: parsers are left out.
    let needsNothing: Bool
    /// All that counts; empty where that is not known (no grouping, or `without`).
    let required: Set<String>

    init(_ aggregation: LogQLRangeAggregation, _ grouping: LogQLGrouping?) {
        var names = Set(aggregation.pipeline.stages.flatMap(LogParserHints.names))
        for filter in aggregation.unwrap?.filters ?? [] { names.formUnion(filter.names) }
        if let unwrap = aggregation.unwrap { names.insert(unwrap.label) }
        let isTotal = grouping?.labels.isEmpty ?? false
        needsNothing = isTotal && names.isEmpty
        let isKnown = isTotal || grouping.map { !$0.isWithout } ?? false
        required = isKnown ? names.union(grouping?.labels ?? []) : []
    }

    private static func names(_ stage: LogQLStage) -> [String] {
        switch stage {
        case .label(let filter): filter.names
        case .lineFormat(let template): template.fields
        case .labelFormat(let formats):
            formats.flatMap { format in
                switch format.source {
                case .label(let name): [name]
                case .template(let template): template.fields
                }
            }
        default: []
        }
    }

    func stages(_ stages: [LogQLStage]) -> [LogQLStage] {
        guard needsNothing else { return stages }
        return stages.filter { stage in
            switch stage {
            case .json, .logfmt, .pattern, .unpack: false
            default: true
            }
        }
    }

    /// Whether a parser had all before it came to what it could not read.
    func excuses(_ error: String, _ labels: LogLabels) -> Bool {
        guard !required.isEmpty, error == "JSONParserErr" || error == "LogfmtParserErr" else { return false }
        return required.allSatisfy { name in labels.labels.contains { $0.name == name && $0.origin == .parsed } }
    }
}
