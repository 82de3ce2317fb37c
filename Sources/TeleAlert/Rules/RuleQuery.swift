package import TeleEngine
internal import TeleModel
package import TeleQL
package import TeleQuery

/// A rule's expression, parsed: what gives a vector at a time.
package enum RuleQuery: Sendable {
    case promql(PromQuery)
    case logql(LogQLMetric)
    /// Of the spans that started within the window (milliseconds) before the time.
    case traceql(TraceQLMetric, window: Int64)
    case native(NativeQuery)

    /// The window of a TraceQL rule that names none.
    package static let defaultWindow: Int64 = 300_000

    package init(_ text: String, _ language: RuleLanguage, window: Int64 = RuleQuery.defaultWindow)
        throws(RuleQueryError)
    {
        switch language {
        case .promql:
            do throws(PromError) { self = .promql(try PromQuery(text)) } catch { throw RuleQueryError("\(error)") }
        case .logql:
            let parsed: LogQLExpression
            do throws(LogQLError) { parsed = try LogQLParser.parse(text) } catch { throw RuleQueryError("\(error)") }
            guard case .metric(let metric) = parsed else {
                throw RuleQueryError("a log query gives lines, not numbers: count_over_time({...}[5m]) counts them")
            }
            self = .logql(metric)
        case .traceql:
            do throws(TraceQLError) {
                self = .traceql(try TraceQLParser.parseMetric(text), window: window)
            } catch { throw RuleQueryError("\(error)") }
        case .native: throw RuleQueryError("only rules of the server's own are \(language.rawValue)")
        }
    }

    package var language: RuleLanguage {
        switch self {
        case .promql: .promql
        case .logql: .logql
        case .traceql: .traceql
        case .native: .native
        }
    }

    /// Whether it looks at what is stored. What does not leaves nothing there either: a server without rule files has
    /// no series but its users'.
    var readsStore: Bool { language != .native }

    package var window: Int64 {
        if case .traceql(_, let window) = self { return window }
        return 0
    }

    /// The vector at a time (unix milliseconds). Blocks; not for a cooperative thread.
    package func vector(
        at time: Int64, snapshot: any EngineSnapshot, budget: QueryBudget
    ) throws(RuleQueryError) -> RuleVector {
        switch self {
        case .promql(let query):
            let answer: PromAnswer
            do throws(PromFailure) { answer = try query.instant(at: time, snapshot: snapshot, budget: budget) } catch {
                throw RuleQueryError(error)
            }
            var vector = try RuleVector(answer)
            vector.warnings = answer.warnings
            return vector
        case .logql(let metric):
            let steps = LogSteps(instant: RuleQuery.nanoseconds(time))
            do throws(LogQueryError) {
                return RuleVector(
                    try LogMetricEvaluator(steps: steps, snapshot: snapshot, budget: budget).evaluate(metric))
            } catch { throw RuleQueryError(error) }
        case .traceql(let metric, let window):
            let end = UInt64(max(0, RuleQuery.nanoseconds(time)))
            let start = UInt64(max(0, RuleQuery.nanoseconds(time.subtractingSaturated(window))))
            guard let grid = TraceMetricGrid(whole: start, to: end) else { return RuleVector() }
            do throws(EngineError) {
                return RuleVector(try TraceMetricQuery(metric: metric, grid: grid).run(snapshot, budget))
            } catch { throw RuleQueryError(error) }
        case .native(let query): return query.vector(time)
        }
    }

    /// The vectors at each time of a grid. Blocks.
    func vectors(
        _ grid: PromGrid, snapshot: any EngineSnapshot, budget: QueryBudget
    ) throws(RuleQueryError) -> [RuleVector] {
        guard case .promql(let query) = self else {
            var out: [RuleVector] = []
            for step in 0..<grid.count {
                out.append(try vector(at: grid.time(step), snapshot: snapshot, budget: budget))
            }
            return out
        }
        let answer: PromAnswer
        do throws(PromFailure) { answer = try query.range(grid, snapshot: snapshot, budget: budget) } catch {
            throw RuleQueryError(error)
        }
        return try RuleVector.all(answer, count: grid.count)
    }

    private static func nanoseconds(_ milliseconds: Int64) -> Int64 {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? (milliseconds < 0 ? .min : .max) : product
    }

    /// The selectors of PromQL; none of the other languages.
    package var selectors: [PromSelector] {
        if case .promql(let query) = self { return query.expression.selectors }
        return []
    }

    /// Metric names that the expression reads; nil where it may read any.
    package var readNames: Set<String>? {
        var names: Set<String> = []
        for selector in selectors {
            let equal = selector.matchers.first { $0.name == "__name__" && $0.operation == .equal }
            guard let name = selector.name ?? equal?.value else { return nil }
            names.insert(name)
        }
        return names
    }
}

/// Why a rule's expression was refused or gave no vector.
package struct RuleQueryError: Error, Sendable, Equatable {
    package var message: String
    /// The time that it may take has run out.
    package var isOutOfTime = false

    package init(_ message: String) { self.message = message }

    init(_ error: EngineError) {
        switch error {
        case .overBudget(let text), .notReady(let text), .badBatch(let text), .failed(let text),
            .writeFailed(let text):
            message = text
        case .deadlineExceeded:
            message = "the query took longer than it may"
            isOutOfTime = true
        case .diskFull: message = "the disk is full"
        case .overloaded: message = "all queries together hold as much as they may"
        case .cancelled: message = "cancelled"
        }
    }

    init(_ error: PromFailure) {
        switch error {
        case .execution(let text): self = RuleQueryError(text)
        case .engine(let inner): self = RuleQueryError(inner)
        }
    }

    init(_ error: LogQueryError) {
        switch error {
        case .bad(let text): self = RuleQueryError(text)
        case .engine(let inner): self = RuleQueryError(inner)
        }
    }
}
