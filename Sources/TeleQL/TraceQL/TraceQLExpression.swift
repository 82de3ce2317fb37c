package import TeleModel

/// A TraceQL query: which spans of a trace it selects.
package indirect enum TraceQLSpanset: Sendable {
    /// `{ condition }`; nil for `{}`, which every span passes.
    case filter(TraceQLField?)
    /// Both sides select something; the union.
    case and(TraceQLSpanset, TraceQLSpanset)
    case or(TraceQLSpanset, TraceQLSpanset)
    /// Spans of the right side by where they stand to spans of the left.
    case structural(TraceQLStructure, TraceQLSpanset, TraceQLSpanset)
    /// A pipeline in parentheses: the union of the sets that it leaves.
    case pipeline([TraceQLStage])
}

/// An expression over one span.
package indirect enum TraceQLField: Sendable {
    case literal(TraceQLValue)
    case intrinsic(TraceQLIntrinsic)
    case attribute(TraceQLScope, String)
    case not(TraceQLField)
    case negative(TraceQLField)
    case binary(TraceQLOperation, TraceQLField, TraceQLField)
    /// `=~` and `!~`; anchored at both ends.
    case matches(TraceQLField, Pattern, isNegative: Bool)
    /// The legacy search's test: the value as text, whatever its type.
    case textEquals(TraceQLField, String)
}

package enum TraceQLScope: String, Sendable {
    /// `.x`: the span's own, then the resource's.
    case any = ""
    case span, resource, event, link, instrumentation
}

package enum TraceQLValue: Sendable, Equatable {
    case missing
    case string(String)
    case int(Int64)
    case double(Double)
    case bool(Bool)
    /// Nanoseconds.
    case duration(Int64)
    /// OTLP status code.
    case status(Int32)
    /// OTLP span kind.
    case kind(Int32)
}

/// What every span, trace, event, link or scope has. The raw value is the scoped name.
package enum TraceQLIntrinsic: String, Sendable, CaseIterable {
    case name = "span:name"
    case status = "span:status"
    case statusMessage = "span:statusMessage"
    case duration = "span:duration"
    case kind = "span:kind"
    case spanID = "span:id"
    case parentID = "span:parentID"
    case traceID = "trace:id"
    case traceDuration = "trace:duration"
    case rootName = "trace:rootName"
    case rootService = "trace:rootService"
    case eventName = "event:name"
    case eventTimeSinceStart = "event:timeSinceStart"
    case linkTraceID = "link:traceID"
    case linkSpanID = "link:spanID"
    case instrumentationName = "instrumentation:name"
    case instrumentationVersion = "instrumentation:version"
    case childCount = "span:childCount"
    /// Numbers of the nested set model, which have no scope.
    case nestedSetLeft, nestedSetRight, nestedSetParent

    /// The unscoped spelling of older releases.
    package static let aliases: [String: TraceQLIntrinsic] = [
        "name": .name, "status": .status, "statusMessage": .statusMessage, "duration": .duration, "kind": .kind,
        "traceDuration": .traceDuration, "rootName": .rootName, "rootServiceName": .rootService,
        "childCount": .childCount, "nestedSetLeft": .nestedSetLeft, "nestedSetRight": .nestedSetRight,
        "nestedSetParent": .nestedSetParent,
    ]

    /// Known only when the whole trace is.
    package var isOfTrace: Bool {
        self == .traceDuration || self == .rootName || self == .rootService || isOfTree
    }
    /// Known only when the spans of the trace are put into their tree.
    package var isOfTree: Bool {
        switch self {
        case .childCount, .nestedSetLeft, .nestedSetRight, .nestedSetParent: true
        default: false
        }
    }
    /// How results name it: without a scope where there is such a name.
    package var resultName: String { TraceQLIntrinsic.names[self] ?? rawValue }
    private static let names = Dictionary(aliases.map { ($0.value, $0.key) }) { first, _ in first }
    package var isOfEvent: Bool { self == .eventName || self == .eventTimeSinceStart }
    package var isOfLink: Bool { self == .linkTraceID || self == .linkSpanID }

    var type: TraceQLType {
        switch self {
        case .status: .status
        case .kind: .kind
        case .duration, .traceDuration, .eventTimeSinceStart: .duration
        case .childCount, .nestedSetLeft, .nestedSetRight, .nestedSetParent: .int
        default: .string
        }
    }
}

package enum TraceQLOperation: String, Sendable {
    case equal = "="
    case notEqual = "!="
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="
    case and = "&&"
    case or = "||"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"

    package var isLogical: Bool { self == .and || self == .or }
    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual: true
        default: false
        }
    }
    package var isOrdered: Bool { isComparison && self != .equal && self != .notEqual }

    /// `&&` and `||` have the same, as Tempo reads them; left to right but for `^`.
    var precedence: Int {
        switch self {
        case .and, .or: 1
        case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual: 2
        case .add, .subtract: 3
        case .multiply, .divide, .modulo: 4
        case .power: 5
        }
    }
}

/// What an expression is before any span is seen.
enum TraceQLType: Sendable {
    case string, int, double, bool, duration, status, kind, none, unknown

    var isNumeric: Bool { self == .int || self == .double || self == .duration || self == .unknown }
}
