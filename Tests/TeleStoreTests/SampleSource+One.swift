import TeleEngine
import TeleStore

extension SampleSource {
    func select(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> SeriesData {
        try SampleSource.select([self], selection, budget: budget)
    }
}
