/// What is experimental in Prometheus: functions, aggregations and syntax that a server may refuse.
package enum PromExperiments {
    /// The first experimental part of a query, as an error at its place; nil where there is none.
    package static func first(in expression: PromExpr, of query: String) -> PromError? {
        first(expression)?.located(in: Array(query.utf8))
    }

    private static func first(_ expression: PromExpr) -> PromError? {
        let start = expression.range.lowerBound
        func error(_ what: String) -> PromError {
            PromError("\(what) is experimental and not enabled (query.experimental)", at: start)
        }
        switch expression.kind {
        case .number, .string: return nil
        case .negate(let inner), .paren(let inner): return first(inner)
        case .selector(let selector): return first(selector, [selector.offset]).map(error)
        case .matrix(let selector, let range): return first(selector, [range, selector.offset]).map(error)
        case .subquery(let subquery):
            let durations = [subquery.range, subquery.step, subquery.offset]
            return durations.contains(where: isComputed) ? error("a duration expression") : first(subquery.inner)
        case .binary(let binary):
            if binary.matching?.fillLeft != nil || binary.matching?.fillRight != nil { return error("a fill modifier") }
            return first(binary.left) ?? first(binary.right)
        case .aggregate(let aggregate):
            switch aggregate.operation {
            case .limitk, .limitRatio: return error("aggregation \"\(aggregate.operation.rawValue)\"")
            default: return aggregate.parameter.flatMap(first) ?? first(aggregate.inner)
            }
        case .call(let call):
            if call.function.isExperimental { return error("function \"\(call.function.name)\"") }
            for argument in call.arguments { if let found = first(argument) { return found } }
            return nil
        }
    }

    private static func first(_ selector: PromSelector, _ durations: [PromDuration?]) -> String? {
        switch selector.edges {
        case .anchored: return "the anchored modifier"
        case .smoothed: return "the smoothed modifier"
        case .samples: return durations.contains(where: isComputed) ? "a duration expression" : nil
        }
    }

    private static func isComputed(_ duration: PromDuration?) -> Bool {
        switch duration {
        case nil, .seconds, .negate(.seconds): false
        default: true
        }
    }
}
