internal import TeleModel

/// Type rules of PromQL over a tree; messages are Prometheus'.
internal enum PromChecker {
    internal static func check(_ expression: PromExpr) throws(PromError) {
        switch expression.kind {
        case .number, .string: break
        case .selector(let selector), .matrix(let selector, _):
            guard selector.matchers.contains(where: { !$0.acceptsMissing }) else {
                throw PromError(
                    "vector selector must contain at least one non-empty matcher", at: expression.range.lowerBound)
            }
        case .negate(let inner), .paren(let inner): try check(inner)
        case .subquery(let subquery): try check(subquery.inner)
        case .binary(let binary): try check(binary, expression)
        case .aggregate(let aggregate): try check(aggregate)
        case .call(let call): try check(call, expression)
        }
    }

    private static func expect(_ expression: PromExpr, _ type: PromType, _ context: String) throws(PromError) {
        guard expression.type != type else { return }
        throw PromError(
            "expected type \(type.documented) in \(context), got \(expression.type.documented)",
            at: expression.range.lowerBound)
    }

    private static func check(_ binary: PromBinary, _ expression: PromExpr) throws(PromError) {
        try check(binary.left)
        try check(binary.right)
        let start = expression.range.lowerBound
        for side in [binary.left, binary.right] where side.type != .scalar && side.type != .vector {
            throw PromError(
                "binary expression must contain only scalar and instant vector types", at: side.range.lowerBound)
        }
        let isScalar = binary.left.type == .scalar || binary.right.type == .scalar
        if binary.operation.isComparison, !binary.returnsBool, binary.left.type == .scalar, binary.right.type == .scalar
        {
            throw PromError("comparisons between scalars must use BOOL modifier", at: start)
        }
        if isScalar {
            if binary.operation.isSet {
                throw PromError(
                    "set operator \"\(binary.operation.rawValue)\" not allowed in binary scalar expression", at: start)
            }
            if let matching = binary.matching, !matching.labels.isEmpty || matching.isOn {
                throw PromError("vector matching only allowed between instant vectors", at: start)
            }
            if binary.matching?.fillLeft != nil || binary.matching?.fillRight != nil {
                throw PromError("filling in missing series only allowed between instant vectors", at: start)
            }
        }
    }

    private static func check(_ aggregate: PromAggregate) throws(PromError) {
        try check(aggregate.inner)
        try expect(aggregate.inner, .vector, "aggregation expression")
        guard let parameter = aggregate.parameter else { return }
        try check(parameter)
        try expect(parameter, aggregate.operation == .countValues ? .string : .scalar, "aggregation parameter")
    }

    private static func check(_ call: PromCall, _ expression: PromExpr) throws(PromError) {
        let function = call.function
        let (count, types) = (call.arguments.count, function.arguments)
        let start = expression.range.lowerBound
        if function.variadic == 0 {
            if count != types.count {
                throw PromError(
                    "expected \(types.count) argument(s) in call to \"\(function.name)\", got \(count)", at: start)
            }
        } else {
            let least = types.count - 1
            if count < least {
                throw PromError(
                    "expected at least \(least) argument(s) in call to \"\(function.name)\", got \(count)", at: start)
            }
            if function.variadic > 0, count > least + function.variadic {
                throw PromError(
                    "expected at most \(least + function.variadic) argument(s) in call to \"\(function.name)\", "
                        + "got \(count)", at: start)
            }
        }
        if function.name == "info", count > 1 {
            guard case .selector(let selector) = call.arguments[1].kind else {
                throw PromError("expected label selectors only, got vector selector instead", at: start)
            }
            if selector.name != nil {
                throw PromError("expected label selectors only, got vector selector instead", at: start)
            }
        }
        for (i, argument) in call.arguments.enumerated() {
            // What info() is given beside the vector only filters: it may match anything.
            if function.name != "info" || i == 0 { try check(argument) }
            try expect(argument, types[min(i, types.count - 1)], "call to function \"\(function.name)\"")
        }
    }
}
