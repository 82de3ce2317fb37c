internal import TeleEngine
internal import TeleModel

extension StoreSnapshot {
    func select(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> SeriesData {
        var found: [SeriesData] = []
        for source in samples { found.append(try source.select(selection, budget: budget)) }
        return SeriesMerge.merge(found)
    }

    func series(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [LabelSet] {
        var found: [[LabelSet]] = []
        for source in samples { found.append(try source.series(selection, budget: budget)) }
        return SeriesMerge.merge(found)
    }

    func exemplars(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [ExemplarData] {
        var found: [[ExemplarData]] = []
        for source in samples { found.append(try source.exemplars(selection, budget: budget)) }
        return SeriesMerge.merge(found)
    }

    /// What can't be read of it is left out: it describes, and decides nothing.
    func metadata() -> [MetricMetadata] { SeriesMerge.merge(samples.compactMap { try? $0.metadata() }) }
}
