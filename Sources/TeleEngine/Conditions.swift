package import TeleModel

/// A test of one value, as plain data. A missing attribute passes only ``missing``.
package enum ValueTest: Sendable {
    /// Equal as text: strings as they are, numbers and booleans as OTLP attributes print (`200`, `1.5`, `true`).
    case equalsText(String)
    case notEqualsText(String)
    /// Equal to a number, whether it is stored as an integer or a double.
    case equalsInt(Int64)
    case equalsDouble(Double)
    case equalsBool(Bool)
    /// Numbers only, inclusive bounds where the flag says so; nil is open.
    case number(min: Double?, minInclusive: Bool, max: Double?, maxInclusive: Bool)
    /// Strings only.
    case matches(Pattern)
    case matchesNot(Pattern)
    case exists
    case missing
    /// The test, or any array, map or bytes: what those hold only the caller can tell, who looks again. Of several own
    /// attributes of the key one has to pass.
    indirect case orNested(ValueTest)
}

package enum AttributeScope: Sendable, Equatable {
    /// The record's or span's own attributes.
    case own
    case resource
    case scope
    /// Own first, then the resource's.
    case any
}

/// A condition on a log record that the engine decides by itself. All conditions of a scan must hold.
package enum LogCondition: Sendable {
    /// A string body contains the bytes (case-sensitive). Bodies of other kinds always pass: the caller looks again.
    case bodyContains([UInt8])
    case bodyContainsNot([UInt8])
    case bodyMatches(Pattern)
    case bodyMatchesNot(Pattern)
    case traceID(TraceID)
    case spanID(SpanID)
    /// Inclusive bounds of the severity number.
    case severity(ClosedRange<Int32>)
    case attribute(AttributeScope, key: String, ValueTest)
}

/// A condition on a span that the engine decides by itself. All conditions of a scan must hold on one span.
package enum SpanCondition: Sendable {
    case name(ValueTest)
    case kind(Int32)
    case status(Int32)
    /// Nanoseconds, inclusive.
    case duration(ClosedRange<UInt64>)
    case isRoot
    case attribute(AttributeScope, key: String, ValueTest)
}
