internal import TeleEngine
internal import TeleModel
internal import TeleQL

/// Walks a query's tree once, from the leaves up: every node gives its values at all steps together.
internal final class PromEvaluator {
    internal let snapshot: any EngineSnapshot
    internal let budget: QueryBudget
    internal let options: PromQuery.Options
    /// The whole query's steps: what `start()`, `end()`, `step()` and `range()` speak of.
    internal let query: PromGrid
    private let source: [UInt8]
    internal var warnings: Set<String> = []
    internal var infos: Set<String> = []
    /// Below histogram_count and the like, where only count and sum matter: histograms that do not say whether they
    /// begin anew are told so by their predecessors, so that conflicts show.
    internal var wantsResets = false
    /// The name and type that ``noteCounterName(_:_:)`` looked at last.
    internal var lastCounter: LabelSet?

    internal init(
        _ snapshot: any EngineSnapshot, _ budget: QueryBudget, _ options: PromQuery.Options, _ query: PromGrid,
        _ source: String
    ) {
        self.snapshot = snapshot
        self.budget = budget
        self.options = options
        self.query = query
        self.source = Array(source.utf8)
    }

    internal func evaluate(_ expression: PromExpr, _ grid: PromGrid) throws(PromFailure) -> PromValue {
        // Looks at the deadline and at cancellation.
        try charge()
        switch expression.kind {
        case .number(let value, _): return .scalar(Array(repeating: value, count: grid.count))
        case .string(let text): return .string(text)
        case .paren(let inner): return try evaluate(inner, grid)
        case .negate(let inner):
            switch try evaluate(inner, grid) {
            case .scalar(let values): return .scalar(values.map { -$0 })
            case .vector(var block):
                for i in block.values.indices { block.values[i] = -block.values[i] }
                for row in 0..<block.count { block.dropsName[row] = true }
                block.histograms = block.histograms.mapValues { $0.scaled(by: -1) }
                return .vector(block)
            case .string(let text): return .string(text)
            }
        case .selector(let selector): return .vector(try instant(selector, grid, place: expression))
        case .matrix, .subquery: throw .execution("a range vector is no result of a range query")
        case .binary(let binary): return try evaluate(binary, grid)
        case .aggregate(let aggregate): return .vector(try evaluate(aggregate, grid))
        case .call(let call): return try evaluate(call, expression, grid)
        }
    }

    internal func vector(_ expression: PromExpr, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        guard case .vector(let block) = try evaluate(expression, grid) else {
            throw .execution("expected an instant vector")
        }
        return block
    }

    internal func scalar(_ expression: PromExpr, _ grid: PromGrid) throws(PromFailure) -> [Double] {
        guard case .scalar(let values) = try evaluate(expression, grid) else { throw .execution("expected a scalar") }
        return values
    }

    internal func string(_ expression: PromExpr) -> String {
        if case .string(let text) = expression.unwrapped.kind { return text }
        return ""
    }

    internal func charge(rows: Int = 0, bytes: Int = 0) throws(PromFailure) {
        do throws(EngineError) {
            try budget.charge(rows: rows, bytes: bytes)
        } catch {
            throw .engine(error)
        }
    }

    internal func milliseconds(_ duration: PromDuration) throws(PromFailure) -> Int64 {
        let range = query.count > 1 ? query.end &- query.start : 0
        guard let value = duration.milliseconds(step: query.step, range: range) else {
            throw .execution("division by zero or no number in a duration")
        }
        return value
    }

    /// The query's text of an expression.
    internal func text(_ expression: PromExpr) -> String {
        String(decoding: source[expression.range.clamped(to: 0..<source.count)], as: UTF8.self)
    }

    /// `(1:5)`, as annotations say where something is.
    internal func place(_ expression: PromExpr) -> String {
        var line = 1
        var column = 1
        for byte in source.prefix(expression.range.lowerBound) {
            (line, column) = byte == 0x0a ? (line + 1, 1) : (line, column + 1)
        }
        return "(\(line):\(column))"
    }
}
