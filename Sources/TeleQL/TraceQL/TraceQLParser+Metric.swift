import TeleModel

extension TraceQLParser {
    var isMetricFunction: Bool { TraceQLParser.function(current) != nil }
    /// A stage over series, not over spans.
    var isMetricStage: Bool { current.kind == .word("topk") || current.kind == .word("bottomk") }

    private static func function(_ token: TraceQLToken) -> TraceQLSpanMetric.Function? {
        guard case .word(let word) = token.kind else { return nil }
        return TraceQLSpanMetric.Function(rawValue: word)
    }

    /// Arithmetic over series, and what may stand behind it.
    mutating func metrics(minimum: Int) throws(TraceQLError) -> TraceQLMetric {
        try nested { (parser: inout TraceQLParser) throws(TraceQLError) -> TraceQLMetric in
            var left = try parser.metricOperand()
            while let operation = parser.operation, let precedence = TraceQLParser.precedence(operation),
                precedence >= minimum
            {
                parser.advance()
                try parser.countOperation()
                left = .binary(operation, left, try parser.metrics(minimum: precedence + 1))
            }
            return minimum == 1 ? try parser.metricStages(left) : left
        }
    }

    private static func precedence(_ operation: TraceQLOperation) -> Int? {
        switch operation {
        case .add, .subtract: 1
        case .multiply, .divide, .modulo: 2
        default: nil
        }
    }

    private mutating func metricOperand() throws(TraceQLError) -> TraceQLMetric {
        if let number = try number() { return .number(number) }
        if current.kind == .symbol("("), holdsFunction() {
            advance()
            let inner = try metrics(minimum: 1)
            guard take(")") else { throw unexpected() }
            return inner
        }
        let stages = try stages()
        guard let function = TraceQLParser.function(current) else {
            throw error("a metrics query needs a function such as rate() at the end of its pipeline")
        }
        advance()
        return try metricStages(.spans(try spanMetric(function, stages)))
    }

    /// Whether a function of metrics stands within the parenthesis that opens here.
    private func holdsFunction() -> Bool {
        var open = 0
        for token in tokens[at...] {
            if token.kind == .symbol("(") { open += 1 }
            if token.kind == .symbol(")") {
                open -= 1
                if open == 0 { return false }
            }
            if TraceQLParser.function(token) != nil { return true }
        }
        return false
    }

    /// A literal number; durations are seconds, as the values of series are. nil where there is none.
    private mutating func number() throws(TraceQLError) -> Double? {
        let start = at
        let isNegative = take("-")
        let value: Double
        switch current.kind {
        case .int(let number): value = Double(number)
        case .double(let number): value = number
        case .duration(let number): value = Double(number) / 1e9
        default:
            at = start
            return nil
        }
        advance()
        return isNegative ? -value : value
    }

    private mutating func spanMetric(
        _ function: TraceQLSpanMetric.Function, _ stages: [TraceQLStage]
    ) throws(TraceQLError) -> TraceQLSpanMetric {
        var out = TraceQLSpanMetric(stages: stages, function: function)
        if function == .compare {
            try comparison(&out)
            return out
        }
        let values = try arguments()
        guard function.needsValue == !values.isEmpty else {
            throw TraceQLError("\(function.rawValue)() takes \(function.needsValue ? "an attribute" : "nothing")")
        }
        if let value = values.first {
            guard value.looksAtSpan, try value.checkedType().isNumeric else {
                throw TraceQLError("\(function.rawValue)() takes a number of a span")
            }
            out.value = value
        }
        if function == .quantileOverTime {
            for literal in values.dropFirst() {
                let quantile: Double
                switch literal {
                case .literal(.double(let value)): quantile = value
                case .literal(.int(let value)): quantile = Double(value)
                default: throw TraceQLError("a quantile has to be a number")
                }
                guard (0...1).contains(quantile) else { throw TraceQLError("a quantile has to be within 0 and 1") }
                out.quantiles.append(quantile)
            }
            guard !out.quantiles.isEmpty else { throw TraceQLError("quantile_over_time() needs a quantile") }
        } else if values.count > 1 {
            throw TraceQLError("\(function.rawValue)() takes one attribute")
        }
        if current.kind == .word("by") {
            advance()
            out.by = try arguments()
            guard !out.by.isEmpty, out.by.allSatisfy(\.looksAtSpan) else {
                throw TraceQLError("by() takes attributes and intrinsics")
            }
        }
        return out
    }

    /// `compare({selection}, topN, start, end)`.
    private mutating func comparison(_ out: inout TraceQLSpanMetric) throws(TraceQLError) {
        guard take("("), current.kind == .symbol("{") else { throw unexpected() }
        guard case .spanset(let selection)? = try stages().first else { throw unexpected() }
        out.selection = selection
        var numbers: [Int64] = []
        while take(",") {
            guard case .int(let value) = current.kind, value > 0 else { throw unexpected() }
            numbers.append(value)
            advance()
        }
        guard take(")") else { throw unexpected() }
        guard [0, 1, 3].contains(numbers.count) else { throw TraceQLError("compare() takes 1, 2 or 4 arguments") }
        if let count = numbers.first { out.topValues = Int(min(count, 1000)) }
        if numbers.count == 3 {
            guard numbers[1] < numbers[2] else { throw TraceQLError("compare() needs a start before its end") }
            out.selectionTime = UInt64(numbers[1])..<UInt64(numbers[2])
        }
    }

    /// `| topk(n)`, `| bottomk(n)` and comparisons with a number.
    private mutating func metricStages(_ metric: TraceQLMetric) throws(TraceQLError) -> TraceQLMetric {
        var out = metric
        while true {
            if current.kind == .symbol("|") {
                advance()
                guard isMetricStage else { throw unexpected() }
                let isBottom = current.kind == .word("bottomk")
                advance()
                guard take("("), case .int(let count) = current.kind, count > 0 else {
                    throw error("topk() and bottomk() take a positive number")
                }
                advance()
                guard take(")") else { throw unexpected() }
                out = .top(out, Int(min(count, 100_000)), isBottom: isBottom)
            } else if let operation, operation.isComparison {
                if case .spans(let spans) = metric, spans.function == .compare {
                    throw error("compare() can't be compared with a number")
                }
                advance()
                guard let value = try number() else { throw unexpected() }
                out = .filter(out, operation, value)
            } else {
                return out
            }
            try countOperation()
        }
    }
}
