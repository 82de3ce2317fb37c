import TeleModel

extension LogQLParser {
    /// `label_replace(v, "target", "replacement", "source", "regex")`.
    mutating func labelReplace() throws(LogQLError) -> LogQLMetric {
        advance()
        try expect("(")
        let inner = try expression(minimum: 1)
        guard case .metric(let metric) = inner else { throw unexpected() }
        try expect(",")
        let target = try string()
        try expect(",")
        let replacement = try string()
        try expect(",")
        let source = try string()
        try expect(",")
        let token = current
        let text = try string()
        try expect(")")
        let regex: Pattern
        do throws(PatternError) { regex = try Pattern(text, anchored: true) } catch {
            throw self.error("invalid regex in label_replace: \(error.description)", at: token)
        }
        return .labelReplace(
            metric, LogQLLabelReplace(target: target, replacement: replacement, source: source, pattern: regex))
    }

    /// `variants(count_over_time({...} [5m]), ...) of ({...} [5m])`.
    mutating func variants() throws(LogQLError) -> LogQLMetric {
        advance()
        try expect("(")
        var metrics: [LogQLMetric] = []
        while true {
            let inner = try expression(minimum: 1)
            guard case .metric(let metric) = inner else { throw unexpected() }
            metrics.append(metric)
            try countOperation()
            if take(")") { break }
            try expect(",")
        }
        guard takeWord("of") else { throw unexpected("of") }
        try expect("(")
        var part = RangePart()
        try rangePart(&part)
        try expect(")")
        guard let range = part.range, let matchers = part.matchers, part.unwrap == nil else {
            throw unexpected("RANGE")
        }
        let pipeline = LogQLPipeline(matchers: matchers, stages: part.stages)
        return .variants(
            metrics,
            of: LogQLRangeAggregation(
                operation: .countOverTime, pipeline: pipeline, range: range, offset: part.offset))
    }
}
