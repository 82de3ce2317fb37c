/// The syntax tree of a regular expression. Groups that do not capture leave no trace.
internal indirect enum PatternNode: Sendable {
    case empty
    /// Unicode scalars that follow one another.
    case literal([UInt32])
    /// One scalar of a set.
    case set(ScalarSet)
    case concat([PatternNode])
    case alternate([PatternNode])
    /// `max` nil: without bound.
    case repeated(PatternNode, min: Int, max: Int?, isGreedy: Bool)
    case capture(PatternNode, Int)
    case assertion(PatternAssertion)
}

internal enum PatternAssertion: UInt8, Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary
}
