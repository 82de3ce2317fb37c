package import TeleModel

/// What a PromQL expression gives.
package enum PromType: String, Sendable {
    case scalar, vector, matrix, string

    /// As error messages call it.
    package var documented: String {
        switch self {
        case .scalar: "scalar"
        case .vector: "instant vector"
        case .matrix: "range vector"
        case .string: "string"
        }
    }
}

/// A PromQL expression and where it stands in the query.
package struct PromExpr: Sendable {
    package indirect enum Kind: Sendable {
        case number(Double, isDuration: Bool)
        case string(String)
        case selector(PromSelector)
        case matrix(PromSelector, range: PromDuration)
        case subquery(PromSubquery)
        /// `-x` (`+x` is x).
        case negate(PromExpr)
        case paren(PromExpr)
        case binary(PromBinary)
        case aggregate(PromAggregate)
        case call(PromCall)
    }

    package var kind: Kind
    /// Bytes of the query.
    package var range: Range<Int>
    /// Nodes on the longest way down: bounded by ``Limits/queryDepth``.
    package var depth: Int

    package init(_ kind: Kind, range: Range<Int>, depth: Int = 1) {
        self.kind = kind
        self.range = range
        self.depth = depth
    }

    package var type: PromType {
        switch kind {
        case .number: .scalar
        case .string: .string
        case .selector, .aggregate: .vector
        case .matrix, .subquery: .matrix
        case .negate(let inner), .paren(let inner): inner.type
        case .binary(let binary): binary.left.type == .scalar && binary.right.type == .scalar ? .scalar : .vector
        case .call(let call): call.function.result
        }
    }

    /// Without parentheses around it.
    package var unwrapped: PromExpr {
        var out = self
        while case .paren(let inner) = out.kind { out = inner }
        return out
    }
}

package enum PromAt: Sendable, Equatable {
    /// Unix milliseconds.
    case time(Int64)
    case start, end
}

/// What `anchored` and `smoothed` ask for.
package enum PromEdges: Sendable, Equatable {
    case samples, anchored, smoothed
}

package struct PromSelector: Sendable {
    /// The name before the braces, or as a quoted name within.
    package var name: String?
    /// All matchers, the one on the name included.
    package var matchers: [Matcher] = []
    package var offset: PromDuration?
    package var at: PromAt?
    package var edges = PromEdges.samples

    package init(name: String? = nil) { self.name = name }
}

package struct PromSubquery: Sendable {
    package var inner: PromExpr
    package var range: PromDuration
    /// nil: the default resolution.
    package var step: PromDuration?
    package var offset: PromDuration?
    package var at: PromAt?
}

package enum PromOperator: String, Sendable {
    case add = "+", subtract = "-", multiply = "*", divide = "/", modulo = "%", power = "^", atan2
    case equal = "==", notEqual = "!=", less = "<", greater = ">", lessOrEqual = "<=", greaterOrEqual = ">="
    case and, or, unless
    case trimUpper = "</", trimLower = ">/"

    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .greater, .lessOrEqual, .greaterOrEqual: true
        default: false
        }
    }
    package var isSet: Bool { self == .and || self == .or || self == .unless }

    package var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .less, .greater, .lessOrEqual, .greaterOrEqual, .trimUpper, .trimLower: 3
        case .add, .subtract: 4
        case .multiply, .divide, .modulo, .atan2: 5
        case .power: 6
        }
    }
}

package enum PromCardinality: Sendable {
    case oneToOne, manyToOne, oneToMany, manyToMany
}

package struct PromMatching: Sendable {
    package var cardinality = PromCardinality.oneToOne
    /// `on`: match by these labels; else all but these.
    package var isOn = false
    package var labels: [String] = []
    /// Labels of the "one" side that the result takes.
    package var include: [String] = []
    package var fillLeft: Double?
    package var fillRight: Double?

    package init() {}
}

package struct PromBinary: Sendable {
    package var operation: PromOperator
    package var left: PromExpr
    package var right: PromExpr
    package var returnsBool = false
    /// nil where a side is a scalar.
    package var matching: PromMatching?
}

package enum PromAggregation: String, Sendable {
    case sum, avg, min, max, count, group, stddev, stdvar, topk, bottomk, quantile, limitk
    case countValues = "count_values"
    case limitRatio = "limit_ratio"

    package var takesParameter: Bool {
        switch self {
        case .topk, .bottomk, .quantile, .countValues, .limitk, .limitRatio: true
        default: false
        }
    }
}

package struct PromAggregate: Sendable {
    package var operation: PromAggregation
    package var inner: PromExpr
    package var parameter: PromExpr?
    package var grouping: [String] = []
    package var isWithout = false
    package var hasGrouping = false
}

package struct PromCall: Sendable {
    package var function: PromFunction
    package var arguments: [PromExpr]

    package init(function: PromFunction, arguments: [PromExpr]) {
        self.function = function
        self.arguments = arguments
    }
}
