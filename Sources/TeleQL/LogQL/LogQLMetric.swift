package import TeleModel

/// What is done with the entries of a range. The names are LogQL's.
package enum LogQLRangeOperation: String, Sendable, CaseIterable {
    case countOverTime = "count_over_time"
    case rate
    case bytesOverTime = "bytes_over_time"
    case bytesRate = "bytes_rate"
    case absentOverTime = "absent_over_time"
    case rateCounter = "rate_counter"
    case sumOverTime = "sum_over_time"
    case avgOverTime = "avg_over_time"
    case minOverTime = "min_over_time"
    case maxOverTime = "max_over_time"
    case stdvarOverTime = "stdvar_over_time"
    case stddevOverTime = "stddev_over_time"
    case quantileOverTime = "quantile_over_time"
    case firstOverTime = "first_over_time"
    case lastOverTime = "last_over_time"

    /// Takes numbers out of labels.
    package var needsUnwrap: Bool {
        switch self {
        case .countOverTime, .rate, .bytesOverTime, .bytesRate, .absentOverTime: false
        default: true
        }
    }

    package var allowsUnwrap: Bool { needsUnwrap || self == .rate || self == .absentOverTime }

    /// Loki allows `by` and `without` behind these.
    package var allowsGrouping: Bool {
        switch self {
        case .avgOverTime, .minOverTime, .maxOverTime, .stdvarOverTime, .stddevOverTime, .quantileOverTime,
            .firstOverTime, .lastOverTime:
            true
        default: false
        }
    }
}

package enum LogQLVectorOperation: String, Sendable, CaseIterable {
    case sum, avg, min, max, count, stddev, stdvar, topk, bottomk, sort
    case sortDescending = "sort_desc"
    /// Exact here: what Loki estimates with a sketch.
    case approximateTopk = "approx_topk"

    package var needsParameter: Bool { self == .topk || self == .bottomk || self == .approximateTopk }
}

package enum LogQLBinaryOperation: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case equal = "=="
    case notEqual = "!="
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="
    case and, or, unless

    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual: true
        default: false
        }
    }
    package var isSet: Bool { self == .and || self == .or || self == .unless }

    /// Higher binds tighter; `^` is right associative.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual: 3
        case .add, .subtract: 4
        case .multiply, .divide, .modulo: 5
        case .power: 6
        }
    }
}

/// `by (...)` or `without (...)`.
package struct LogQLGrouping: Sendable, Equatable {
    package var isWithout: Bool
    package var labels: [String]

    package init(isWithout: Bool, labels: [String]) {
        self.isWithout = isWithout
        self.labels = labels
    }
}

/// `| unwrap label`, `| unwrap duration(label)`, `| unwrap bytes(label)` and the label filters after it.
package struct LogQLUnwrap: Sendable {
    package enum Conversion: String, Sendable {
        case none = ""
        case duration
        case durationSeconds = "duration_seconds"
        case bytes
    }

    package var label: String
    package var conversion: Conversion
    package var filters: [LogQLLabelFilter]

    package init(label: String, conversion: Conversion, filters: [LogQLLabelFilter] = []) {
        self.label = label
        self.conversion = conversion
        self.filters = filters
    }
}

/// `count_over_time({...} | ... [5m] offset 1m)`. Times in nanoseconds.
package struct LogQLRangeAggregation: Sendable {
    package var operation: LogQLRangeOperation
    package var parameter: Double?
    package var pipeline: LogQLPipeline
    package var range: Int64
    package var offset: Int64
    package var unwrap: LogQLUnwrap?
    package var grouping: LogQLGrouping?

    package init(
        operation: LogQLRangeOperation, parameter: Double? = nil, pipeline: LogQLPipeline, range: Int64,
        offset: Int64 = 0, unwrap: LogQLUnwrap? = nil, grouping: LogQLGrouping? = nil
    ) {
        self.operation = operation
        self.parameter = parameter
        self.pipeline = pipeline
        self.range = range
        self.offset = offset
        self.unwrap = unwrap
        self.grouping = grouping
    }
}

/// How the sides of a binary operation find each other: equal in the `on` labels, or in all but the `ignoring` ones.
package struct LogQLMatching: Sendable, Equatable {
    package enum Cardinality: Sendable, Equatable {
        case oneToOne
        case manyToOne([String])
        case oneToMany([String])
    }

    package var isOn = false
    package var labels: [String] = []
    package var cardinality = Cardinality.oneToOne

    package init() {}
}

/// Numbers over time.
package indirect enum LogQLMetric: Sendable {
    case literal(Double)
    case vector(Double)
    case range(LogQLRangeAggregation)
    case aggregation(LogQLVectorOperation, parameter: Int?, grouping: LogQLGrouping?, LogQLMetric)
    case binary(LogQLBinaryOperation, returnsBool: Bool, LogQLMatching, LogQLMetric, LogQLMetric)
    case labelReplace(LogQLMetric, LogQLLabelReplace)
    /// `variants(a, b) of ({...} [5m])`: each with its number as the label `__variant__`.
    case variants([LogQLMetric], of: LogQLRangeAggregation)
}

/// `label_replace(v, target, replacement, source, pattern)`.
package struct LogQLLabelReplace: Sendable {
    package var target: String
    package var replacement: String
    package var source: String
    /// Anchored at both ends.
    package var pattern: Pattern

    package init(target: String, replacement: String, source: String, pattern: Pattern) {
        self.target = target
        self.replacement = replacement
        self.source = source
        self.pattern = pattern
    }
}
