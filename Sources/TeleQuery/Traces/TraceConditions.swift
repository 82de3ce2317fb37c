package import TeleEngine
import TeleModel
package import TeleQL

/// The conditions that every matching span of a query has to meet, as the engine takes them. They may let more through
/// than the query does: what comes back is looked at again.
package enum TraceConditions {
    package static func of(_ field: TraceQLField?) -> [SpanCondition] {
        guard let field else { return [] }
        var out: [SpanCondition] = []
        collect(field, &out)
        return out
    }

    private static func collect(_ field: TraceQLField, _ out: inout [SpanCondition]) {
        switch field {
        case .binary(.and, let a, let b):
            collect(a, &out)
            collect(b, &out)
        case _ where field.isRootTest: out.append(.isRoot)
        case .binary(let operation, let side, .literal(let value)):
            if let condition = condition(operation, side, value) { out.append(condition) }
        case .textEquals(.attribute(let scope, let name), let text):
            if let scope = engineScope(scope) { out.append(.attribute(scope, key: name, .equalsText(text))) }
        case .textEquals(.intrinsic(.name), let text): out.append(.name(.equalsText(text)))
        case .matches(.attribute(let scope, let name), let pattern, let isNegative):
            guard let scope = engineScope(scope) else { return }
            out.append(.attribute(scope, key: name, .orNested(isNegative ? .matchesNot(pattern) : .matches(pattern))))
        case .matches(.intrinsic(.name), let pattern, let isNegative):
            out.append(.name(isNegative ? .matchesNot(pattern) : .matches(pattern)))
        default: break
        }
    }

    private static func engineScope(_ scope: TraceQLScope) -> AttributeScope? {
        switch scope {
        case .any: .any
        case .span: .own
        case .resource: .resource
        case .instrumentation: .scope
        case .event, .link: nil
        }
    }

    private static func condition(
        _ operation: TraceQLOperation, _ side: TraceQLField, _ value: TraceQLValue
    ) -> SpanCondition? {
        switch (side, value) {
        case (.intrinsic(.name), .string(let text)) where operation == .equal: return .name(.equalsText(text))
        case (.intrinsic(.status), .status(let code)) where operation == .equal: return .status(code)
        case (.intrinsic(.kind), .kind(let kind)) where operation == .equal: return .kind(kind)
        case (.intrinsic(.duration), .duration(let value)): return duration(operation, value)
        case (.attribute(let scope, let name), .missing):
            // An attribute that is there with an empty value is nil too: only its presence can be told.
            guard operation == .notEqual, let scope = engineScope(scope) else { return nil }
            return .attribute(scope, key: name, .exists)
        case (.attribute(.resource, "service.name"), .string(let text)) where operation == .equal:
            // Always a string (OpenTelemetry's semantic conventions), so the narrow test is safe.
            return .attribute(.resource, key: "service.name", .equalsText(text))
        case (.attribute(let scope, let name), _):
            return engineScope(scope).map { .attribute($0, key: name, test(operation, value)) }
        default: return nil
        }
    }

    /// Arrays match by their elements, which the engine does not look into: they pass. Bounds are inclusive, so that
    /// integers beyond what a double holds pass too.
    private static func test(_ operation: TraceQLOperation, _ value: TraceQLValue) -> ValueTest {
        let number: Double
        switch (operation, value) {
        case (.equal, .string(let text)): return .orNested(.equalsText(text))
        case (.equal, .int(let value)), (.equal, .duration(let value)): return .orNested(.equalsInt(value))
        case (.equal, .double(let value)): return .orNested(.equalsDouble(value))
        case (.equal, .bool(let value)): return .orNested(.equalsBool(value))
        case (_, .int(let value)), (_, .duration(let value)): number = Double(value)
        case (_, .double(let value)): number = value
        default: return .exists
        }
        switch operation {
        case .greater, .greaterOrEqual:
            return .orNested(.number(min: number, minInclusive: true, max: nil, maxInclusive: true))
        case .less, .lessOrEqual:
            return .orNested(.number(min: nil, minInclusive: true, max: number, maxInclusive: true))
        default: return .exists
        }
    }

    private static func duration(_ operation: TraceQLOperation, _ value: Int64) -> SpanCondition? {
        guard value >= 0 else { return nil }
        let value = UInt64(value)
        switch operation {
        case .equal: return .duration(value...value)
        case .greater, .greaterOrEqual: return .duration(value...UInt64.max)
        case .less, .lessOrEqual: return .duration(0...value)
        default: return nil
        }
    }
}
