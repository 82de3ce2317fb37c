import TeleModel
import TeleQL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Comparisons and arithmetic of TraceQL's values. Values of different types are never equal; a missing one matches
/// `= nil` alone.
enum TraceCompare {
    /// The values of an attribute: an array's are its elements.
    static func values(_ value: RawValue, _ heap: ByteHeap) -> [TraceQLValue] {
        switch value.kind {
        case .empty: return [.missing]
        case .string: return [.string(heap.string(value.range))]
        case .bool: return [.bool(value.bits != 0)]
        case .int: return [.int(Int64(bitPattern: value.bits))]
        case .double: return [.double(Double(bitPattern: value.bits))]
        case .array:
            var out: [TraceQLValue] = []
            NestedValue.forEachElement(of: value, heap: heap) { element in
                if element.kind != .array { out += values(element, heap) }
            }
            return out
        case .map, .bytes: return [.string(ValueText.text(of: value, heap: heap))]
        }
    }

    static func compare(_ operation: TraceQLOperation, _ left: [TraceQLValue], _ right: [TraceQLValue]) -> Bool {
        // An array equals what any element equals, and differs from what none does.
        if operation == .notEqual, left.count > 1 || right.count > 1 {
            return left.allSatisfy { a in right.allSatisfy { compare(.notEqual, a, $0) } }
        }
        return left.contains { a in right.contains { compare(operation, a, $0) } }
    }

    private static func compare(_ operation: TraceQLOperation, _ a: TraceQLValue, _ b: TraceQLValue) -> Bool {
        switch (a, b) {
        case (.missing, .missing): return operation == .equal
        case (.missing, let other), (let other, .missing):
            // `x != nil` holds for a value; a missing attribute holds for nothing else.
            if case .missing = b { return operation == .notEqual && other != .missing }
            return false
        case (.string(let x), .string(let y)): return order(operation, x == y, x < y)
        case (.bool(let x), .bool(let y)): return order(operation, x == y, false)
        case (.status(let x), .status(let y)), (.kind(let x), .kind(let y)): return order(operation, x == y, x < y)
        default: break
        }
        if let x = integer(a), let y = integer(b) { return order(operation, x == y, x < y) }
        guard let x = number(a), let y = number(b), !x.isNaN, !y.isNaN else { return false }
        return order(operation, x == y, x < y)
    }

    private static func order(_ operation: TraceQLOperation, _ isEqual: Bool, _ isLess: Bool) -> Bool {
        switch operation {
        case .equal: isEqual
        case .notEqual: !isEqual
        case .less: isLess
        case .lessOrEqual: isLess || isEqual
        case .greater: !isLess && !isEqual
        case .greaterOrEqual: !isLess
        default: false
        }
    }

    private static func integer(_ value: TraceQLValue) -> Int64? {
        switch value {
        case .int(let value), .duration(let value): value
        default: nil
        }
    }

    static func number(_ value: TraceQLValue) -> Double? {
        if case .double(let value) = value { return value }
        return integer(value).map(Double.init)
    }

    static func negated(_ value: TraceQLValue) -> TraceQLValue {
        switch value {
        case .int(let value): .int(0 &- value)
        case .double(let value): .double(-value)
        case .duration(let value): .duration(0 &- value)
        default: .missing
        }
    }

    static func arithmetic(_ operation: TraceQLOperation, _ a: TraceQLValue, _ b: TraceQLValue) -> TraceQLValue {
        if let x = integer(a), let y = integer(b), let value = integers(operation, x, y) { return .int(value) }
        guard let x = number(a), let y = number(b) else { return .missing }
        switch operation {
        case .add: return .double(x + y)
        case .subtract: return .double(x - y)
        case .multiply: return .double(x * y)
        case .divide: return y == 0 ? .missing : .double(x / y)
        case .modulo: return y == 0 ? .missing : .double(fmod(x, y))
        case .power: return .double(pow(x, y))
        default: return .missing
        }
    }

    /// Exact where it fits, division cut towards 0; nil leaves it to doubles.
    private static func integers(_ operation: TraceQLOperation, _ x: Int64, _ y: Int64) -> Int64? {
        let result: (partialValue: Int64, overflow: Bool)
        switch operation {
        case .add: result = x.addingReportingOverflow(y)
        case .subtract: result = x.subtractingReportingOverflow(y)
        case .multiply: result = x.multipliedReportingOverflow(by: y)
        case .modulo where y != 0: result = x.remainderReportingOverflow(dividingBy: y)
        case .divide where y != 0 && y != -1: result = (x / y, false)
        default: return nil
        }
        return result.overflow ? nil : result.partialValue
    }

    /// Of the numbers among the values; missing where there is none. Sums of integers and durations stay exact.
    static func aggregate(_ aggregate: TraceQLAggregate, _ values: [TraceQLValue]) -> TraceQLValue {
        let numbers = values.filter { number($0) != nil }
        guard let first = numbers.first else { return .missing }
        switch aggregate {
        case .count: return .int(Int64(numbers.count))
        case .min: return numbers.dropFirst().reduce(first) { compare(.less, $1, $0) ? $1 : $0 }
        case .max: return numbers.dropFirst().reduce(first) { compare(.greater, $1, $0) ? $1 : $0 }
        case .sum: return numbers.dropFirst().reduce(first) { arithmetic(.add, $0, $1) }
        case .avg: return .double(numbers.reduce(0) { $0 + (number($1) ?? 0) } / Double(numbers.count))
        }
    }

    /// A value as text, for the legacy search; nil for a missing one.
    static func text(_ value: TraceQLValue) -> String? {
        switch value {
        case .missing: nil
        case .string(let text): text
        case .int(let value): String(value)
        case .double(let value): FloatText.string(value, .json)
        case .bool(let value): value ? "true" : "false"
        case .duration(let value): String(value)
        case .status(let code): statusNames[code] ?? String(code)
        case .kind(let kind): kindNames[kind] ?? String(kind)
        }
    }

    static let statusNames: [Int32: String] = [0: "unset", 1: "ok", 2: "error"]
    static let kindNames: [Int32: String] = [
        0: "unspecified", 1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer",
    ]
}
