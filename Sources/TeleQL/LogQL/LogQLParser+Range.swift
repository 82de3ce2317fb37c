import TeleModel

extension LogQLParser {
    mutating func rangeAggregation(
        _ operation: LogQLRangeOperation
    ) throws(LogQLError) -> LogQLRangeAggregation {
        try expect("(")
        var parameter: Double?
        if case .number(let value) = current.kind {
            guard operation == .quantileOverTime else {
                throw LogQLError("parameter \(value) not supported for operation \(operation.rawValue)")
            }
            parameter = value
            advance()
            try expect(",")
        }
        var part = RangePart()
        try rangePart(&part)
        try expect(")")
        guard let range = part.range, let matchers = part.matchers else { throw unexpected("RANGE") }
        let grouping = try grouping()
        let name = operation.rawValue
        if operation == .quantileOverTime, parameter == nil {
            throw LogQLError("parameter required for operation \(name)")
        }
        if operation.needsUnwrap, part.unwrap == nil { throw LogQLError("invalid aggregation \(name) without unwrap") }
        if !operation.allowsUnwrap, part.unwrap != nil { throw LogQLError("invalid aggregation \(name) with unwrap") }
        if grouping != nil, !operation.allowsGrouping {
            throw LogQLError("grouping not allowed for \(name) aggregation")
        }
        return LogQLRangeAggregation(
            operation: operation, parameter: parameter,
            pipeline: LogQLPipeline(matchers: matchers, stages: part.stages),
            range: range, offset: part.offset, unwrap: part.unwrap, grouping: grouping)
    }

    struct RangePart {
        var matchers: [Matcher]?
        var stages: [LogQLStage] = []
        var unwrap: LogQLUnwrap?
        var range: Int64?
        var offset: Int64 = 0
    }

    /// `{...} [5m] offset 1m | stages` in any of the orders and parentheses that Loki accepts.
    mutating func rangePart(_ part: inout RangePart) throws(LogQLError) {
        if isSymbol("(") {
            var inner = part
            inner = try nested { (parser: inout LogQLParser) throws(LogQLError) -> RangePart in
                parser.advance()
                var inner = inner
                try parser.rangePart(&inner)
                try parser.expect(")")
                return inner
            }
            part = inner
        } else {
            guard isSymbol("{") else { throw unexpected("NUMBER", "{", "(") }
            part.matchers = try selector()
        }
        while true {
            switch current.kind {
            case .range(let value) where part.range == nil:
                part.range = value
                advance()
                if takeWord("offset") {
                    let isNegative = take("-")
                    guard case .duration(let offset) = current.kind else { throw unexpected("DURATION") }
                    part.offset = isNegative ? -offset : offset
                    advance()
                }
            case .symbol("|") where LogQLParser.isWord(following, "unwrap") && part.unwrap == nil:
                part.unwrap = try unwrap()
            case .symbol("|"), .symbol("|="), .symbol("!="), .symbol("|~"), .symbol("!~"), .symbol("|>"),
                .symbol("!>"):
                guard part.unwrap == nil else { throw unexpected("RANGE") }
                part.stages += try stages()
            default: return
            }
        }
    }

    private mutating func unwrap() throws(LogQLError) -> LogQLUnwrap {
        advance()
        advance()
        let first = try identifier()
        var out = LogQLUnwrap(label: first, conversion: .none)
        if take("(") {
            guard let conversion = LogQLUnwrap.Conversion(rawValue: first), conversion != .none else {
                throw unexpected("RANGE", "|")
            }
            out = LogQLUnwrap(label: try identifier(), conversion: conversion)
            try expect(")")
        }
        while isSymbol("|"), following.kind != .identifier("unwrap") {
            advance()
            out.filters.append(try labelFilter())
        }
        return out
    }
}
