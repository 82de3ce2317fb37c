internal import TeleEngine
internal import TeleModel

extension StoreSnapshot {
    /// Samples that a part is to have, about: what is decoded is worked on while it is in the processor's caches.
    private static let partRows = 1 << 18

    func select(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> SeriesData {
        try SampleSource.select(samples, selection, budget: budget)
    }

    func select(
        _ selection: SeriesSelection, budget: QueryBudget, _ body: (SeriesData) throws(EngineError) -> Bool
    ) throws(EngineError) {
        var cursors = try SampleSource.cursors(samples, selection)
        let rows = cursors.reduce(1) { $0 + $1.rowsPerSeries }
        let step = max(16, StoreSnapshot.partRows / rows)
        while cursors.contains(where: { $0.remaining > 0 }) {
            // Where the longest list goes on after this part, all do.
            let longest = cursors.max { $0.remaining < $1.remaining }
            let bound = longest?.labels(after: step)
            let held = budget.bytes
            var found: [SeriesData] = []
            for i in cursors.indices { found.append(try cursors[i].read(before: bound, budget)) }
            let part = SeriesMerge.merge(found)
            found = []
            let charged = max(0, budget.bytes - held)
            defer { budget.release(bytes: charged) }
            if part.count > 0, try !body(part) { return }
        }
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
