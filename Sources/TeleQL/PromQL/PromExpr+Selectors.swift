extension PromExpr {
    /// All selectors of the expression, in the order in which they stand.
    package var selectors: [PromSelector] {
        switch kind {
        case .number, .string: []
        case .selector(let selector), .matrix(let selector, _): [selector]
        case .subquery(let subquery): subquery.inner.selectors
        case .negate(let inner), .paren(let inner): inner.selectors
        case .binary(let binary): binary.left.selectors + binary.right.selectors
        case .aggregate(let aggregate): (aggregate.parameter?.selectors ?? []) + aggregate.inner.selectors
        case .call(let call): call.arguments.flatMap(\.selectors)
        }
    }
}
