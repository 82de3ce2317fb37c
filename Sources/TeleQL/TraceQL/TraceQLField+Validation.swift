extension TraceQLField {
    /// The type of the expression; throws where operands can't go together.
    func checkedType() throws(TraceQLError) -> TraceQLType {
        switch self {
        case .literal(let value): return value.type
        case .intrinsic(let intrinsic): return intrinsic.type
        case .attribute: return .unknown
        case .not(let inner):
            let type = try inner.checkedType()
            guard type == .bool || type == .unknown else { throw TraceQLError("! needs a boolean") }
            return .bool
        case .negative(let inner):
            let type = try inner.checkedType()
            guard type.isNumeric else { throw TraceQLError("- needs a number") }
            return type
        case .matches(let left, _, _):
            let type = try left.checkedType()
            guard type == .string || type == .unknown else {
                throw TraceQLError("regular expressions match strings only")
            }
            return .bool
        case .textEquals: return .bool
        case .binary(let operation, let left, let right):
            return try TraceQLField.check(operation, left, right)
        }
    }

    private static func check(
        _ operation: TraceQLOperation, _ left: TraceQLField, _ right: TraceQLField
    ) throws(TraceQLError) -> TraceQLType {
        let a = try left.checkedType()
        let b = try right.checkedType()
        let mismatch = TraceQLError("binary operations must operate on the same type: \(operation.rawValue)")
        if operation.isLogical {
            guard a == .bool || a == .unknown, b == .bool || b == .unknown else { throw mismatch }
            return .bool
        }
        guard operation.isComparison else {
            guard a.isNumeric, b.isNumeric else { throw mismatch }
            return a == .duration || b == .duration ? .duration : a == .int && b == .int ? .int : .double
        }
        if a == .none || b == .none {
            guard !operation.isOrdered else { throw TraceQLError("nil can only be compared by = and !=") }
            let other = a == .none ? right : left
            switch other {
            case .attribute(.resource, "service.name"), .intrinsic:
                throw TraceQLError("an intrinsic or resource.service.name is never nil")
            default: return .bool
            }
        }
        if operation.isOrdered, [a, b].contains(where: { $0 == .status || $0 == .kind || $0 == .bool }) {
            throw TraceQLError("illegal operation for the type: \(operation.rawValue)")
        }
        guard a == b || a == .unknown || b == .unknown || a.isNumeric && b.isNumeric else { throw mismatch }
        return .bool
    }
}

extension TraceQLValue {
    var type: TraceQLType {
        switch self {
        case .missing: .none
        case .string: .string
        case .int: .int
        case .double: .double
        case .bool: .bool
        case .duration: .duration
        case .status: .status
        case .kind: .kind
        }
    }
}
