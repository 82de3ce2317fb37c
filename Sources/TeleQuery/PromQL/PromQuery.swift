package import TeleEngine
internal import TeleModel
package import TeleQL

/// Why a query gave no answer.
package enum PromFailure: Error, Sendable {
    /// The query is at fault: 422 in the API.
    case execution(String)
    case engine(EngineError)
}

/// What a query gives.
package enum PromResult: Sendable {
    case scalar([Double])
    case string(String)
    case vector(PromBlock)
    /// Samples as stored, for an instant query of a range selector: times of each row.
    case matrix(SeriesData)
}

package struct PromAnswer: Sendable {
    package var grid: PromGrid
    package var result: PromResult
    package var warnings: [String]
    package var infos: [String]
}

/// A parsed PromQL query, ready to run.
package struct PromQuery: Sendable {
    package struct Options: Sendable {
        /// How old a sample may be to be seen by an instant selector, milliseconds.
        package var lookback: Int64 = 300_000
        /// The step of subqueries that name none, milliseconds.
        package var subqueryStep: Int64 = 60_000

        package init() {}
    }

    package let expression: PromExpr
    package let source: String
    package var options = Options()

    package init(_ source: String) throws(PromError) {
        self.source = source
        expression = try PromParser.parse(source)
    }

    /// Evaluates at one time (unix milliseconds). Blocks; not for a cooperative thread.
    package func instant(
        at time: Int64, snapshot: any EngineSnapshot, budget: QueryBudget
    ) throws(PromFailure) -> PromAnswer {
        try run(PromGrid(start: time, step: 0, count: 1), isInstant: true, snapshot, budget)
    }

    /// Evaluates at each step of a range.
    package func range(
        _ grid: PromGrid, snapshot: any EngineSnapshot, budget: QueryBudget
    ) throws(PromFailure) -> PromAnswer {
        try run(grid, isInstant: false, snapshot, budget)
    }

    private func run(
        _ grid: PromGrid, isInstant: Bool, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(PromFailure) -> PromAnswer {
        let evaluator = PromEvaluator(snapshot, budget, options, grid, source)
        let result: PromResult
        if isInstant, expression.type == .matrix {
            result = .matrix(try evaluator.samples(expression, grid))
        } else {
            switch try evaluator.evaluate(expression, grid) {
            case .scalar(let values): result = .scalar(values)
            case .string(let text): result = .string(text)
            case .vector(let block):
                guard let named = block.droppingNames() else {
                    throw .execution("vector cannot contain metrics with the same labelset")
                }
                var rows = Array(0..<named.count)
                if !isInstant {
                    rows.sort { LabelSet.precedes(named.labels[$0], named.labels[$1]) }
                }
                result = .vector(named.keeping(rows))
            }
        }
        return PromAnswer(
            grid: grid, result: result, warnings: evaluator.warnings.sorted(), infos: evaluator.infos.sorted())
    }
}
