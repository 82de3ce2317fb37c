/// A whole TraceQL query of the search kind: stages, each over the sets of spans that the one before left.
package struct TraceQLQuery: Sendable {
    package var stages: [TraceQLStage]

    package init(stages: [TraceQLStage]) { self.stages = stages }
    package init(_ spanset: TraceQLSpanset) { stages = [.spanset(spanset)] }

    /// The spanset of a query that has nothing else.
    package var spanset: TraceQLSpanset? {
        guard stages.count == 1, case .spanset(let spanset) = stages[0] else { return nil }
        return spanset
    }
}

/// One stage of a pipeline.
package enum TraceQLStage: Sendable {
    case spanset(TraceQLSpanset)
    /// Keeps the sets for which the comparison holds.
    case filter(TraceQLScalar, TraceQLOperation, TraceQLScalar)
    /// Splits every set by the values of an expression.
    case by(TraceQLField)
    /// Adds values to the result.
    case select([TraceQLField])
    /// One set of all.
    case coalesce
}

/// A value of a set of spans.
package indirect enum TraceQLScalar: Sendable {
    case literal(TraceQLValue)
    /// The expression is nil for `count()`.
    case aggregate(TraceQLAggregate, TraceQLField?)
    case binary(TraceQLOperation, TraceQLScalar, TraceQLScalar)
}

package enum TraceQLAggregate: String, Sendable {
    case count, avg, min, max, sum
}

/// A relation between two spans of a trace.
package struct TraceQLStructure: Sendable, Equatable {
    package enum Relation: String, Sendable {
        case child = ">"
        case descendant = ">>"
        case parent = "<"
        case ancestor = "<<"
        case sibling = "~"
    }

    package var relation: Relation
    /// `!>`: spans that stand so to no span of the left side.
    package var isNegated: Bool
    /// `&>`: the spans of both sides.
    package var isUnion: Bool

    /// nil for what is no structural operator.
    init?(_ symbol: String) {
        isNegated = symbol.hasPrefix("!")
        isUnion = symbol.hasPrefix("&")
        guard let relation = Relation(rawValue: isNegated || isUnion ? String(symbol.dropFirst()) : symbol) else {
            return nil
        }
        self.relation = relation
    }
}
