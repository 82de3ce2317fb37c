internal import TeleCodec
internal import TeleEngine
internal import TeleModel

// Selections as bytes, for the file of deletions. Little endian, counts are varints; a text is its length and UTF-8; a
// number of 64 bits is 8 bytes; lists begin with their count. Codes are on disk: never renumbered, only added to.

extension [UInt8] {
    mutating func append(text: String) {
        append(varint: text.utf8.count)
        append(contentsOf: text.utf8)
    }

    private mutating func append(pattern: Pattern) {
        append(pattern.isAnchored ? 1 : 0)
        append(text: pattern.source)
    }

    private mutating func append(bound: Double?, isInclusive: Bool) {
        append((bound == nil ? 0 : 1) | (isInclusive ? 2 : 0))
        append(uint64: (bound ?? 0).bitPattern)
    }

    mutating func append(resources: Set<UInt64>?) {
        append(resources == nil ? 0 : 1)
        append(varint: resources?.count ?? 0)
        for fingerprint in (resources ?? []).sorted() { append(uint64: fingerprint) }
    }

    /// Of decided tests only: ``ValueTest/decided``.
    private mutating func append(test: ValueTest) {
        switch test.decided {
        case .equalsText(let text):
            append(1)
            append(text: text)
        case .notEqualsText(let text):
            append(2)
            append(text: text)
        case .equalsInt(let value):
            append(3)
            append(uint64: UInt64(bitPattern: value))
        case .equalsDouble(let value):
            append(4)
            append(uint64: value.bitPattern)
        case .equalsBool(let value): append(contentsOf: [5, value ? 1 : 0])
        case .number(let min, let minInclusive, let max, let maxInclusive):
            append(6)
            append(bound: min, isInclusive: minInclusive)
            append(bound: max, isInclusive: maxInclusive)
        case .matches(let pattern):
            append(7)
            append(pattern: pattern)
        case .matchesNot(let pattern):
            append(8)
            append(pattern: pattern)
        case .exists: append(9)
        case .missing, .orNested: append(10)
        }
    }

    private mutating func append(_ scope: AttributeScope, _ key: String, _ test: ValueTest) {
        let code: UInt8 =
            switch scope {
            case .own: 1
            case .resource: 2
            case .scope: 3
            case .any: 4
            }
        append(code)
        append(text: key)
        append(test: test)
    }

    mutating func append(condition: LogCondition) {
        switch condition {
        case .bodyContains(let text), .bodyContainsNot(let text):
            if case .bodyContains = condition { append(1) } else { append(2) }
            append(varint: text.count)
            append(contentsOf: text)
        case .bodyMatches(let pattern):
            append(3)
            append(pattern: pattern)
        case .bodyMatchesNot(let pattern):
            append(4)
            append(pattern: pattern)
        case .traceID(let id):
            append(5)
            append(uint64: id.high)
            append(uint64: id.low)
        case .spanID(let id):
            append(6)
            append(uint64: id.raw)
        case .severity(let range):
            append(7)
            append(uint32: UInt32(bitPattern: range.lowerBound))
            append(uint32: UInt32(bitPattern: range.upperBound))
        case .attribute(let scope, let key, let test):
            append(8)
            append(scope, key, test)
        }
    }

    mutating func append(condition: SpanCondition) {
        switch condition {
        case .name(let test):
            append(1)
            append(test: test)
        case .kind(let kind):
            append(2)
            append(uint32: UInt32(bitPattern: kind))
        case .status(let status):
            append(3)
            append(uint32: UInt32(bitPattern: status))
        case .duration(let range):
            append(4)
            append(uint64: range.lowerBound)
            append(uint64: range.upperBound)
        case .isRoot: append(5)
        case .attribute(let scope, let key, let test):
            append(6)
            append(scope, key, test)
        }
    }

    mutating func append(matcher: Matcher) {
        let code: UInt8 =
            switch matcher.operation {
            case .equal: 1
            case .notEqual: 2
            case .matches: 3
            case .matchesNot: 4
            }
        append(code)
        append(text: matcher.name)
        append(text: matcher.value)
    }
}

extension ByteReader {
    @_lifetime(self: copy self)
    mutating func text() throws(CodecError) -> String {
        let count = try count("text", limit: remaining)
        return String(decoding: try bytes(count), as: UTF8.self)
    }

    @_lifetime(self: copy self)
    private mutating func pattern() throws(CodecError) -> Pattern {
        let isAnchored = try byte() == 1
        let source = try text()
        do throws(PatternError) {
            return try Pattern(source, anchored: isAnchored)
        } catch {
            throw self.error("\(error)")
        }
    }

    @_lifetime(self: copy self)
    private mutating func bound() throws(CodecError) -> (Double?, Bool) {
        let flags = try byte()
        let bits = try uint64()
        return (flags & 1 == 0 ? nil : Double(bitPattern: bits), flags & 2 != 0)
    }

    @_lifetime(self: copy self)
    mutating func resources() throws(CodecError) -> Set<UInt64>? {
        let isSet = try byte() == 1
        var found: Set<UInt64> = []
        for _ in 0..<(try count("resources", limit: remaining / 8)) { found.insert(try uint64()) }
        return isSet ? found : nil
    }

    @_lifetime(self: copy self)
    private mutating func valueTest() throws(CodecError) -> ValueTest {
        switch try byte() {
        case 1: return .equalsText(try text())
        case 2: return .notEqualsText(try text())
        case 3: return .equalsInt(Int64(bitPattern: try uint64()))
        case 4: return .equalsDouble(Double(bitPattern: try uint64()))
        case 5: return .equalsBool(try byte() == 1)
        case 6:
            let (min, max) = (try bound(), try bound())
            return .number(min: min.0, minInclusive: min.1, max: max.0, maxInclusive: max.1)
        case 7: return .matches(try pattern())
        case 8: return .matchesNot(try pattern())
        case 9: return .exists
        case 10: return .missing
        default: throw error("an unknown test of a value")
        }
    }

    @_lifetime(self: copy self)
    private mutating func attribute() throws(CodecError) -> (AttributeScope, String, ValueTest) {
        let scope: AttributeScope
        switch try byte() {
        case 1: scope = .own
        case 2: scope = .resource
        case 3: scope = .scope
        case 4: scope = .any
        default: throw error("an unknown scope of an attribute")
        }
        return (scope, try text(), try valueTest())
    }

    @_lifetime(self: copy self)
    mutating func logCondition() throws(CodecError) -> LogCondition {
        let code = try byte()
        switch code {
        case 1, 2:
            let needle = try bytes(try count("text", limit: remaining))
            return code == 1 ? .bodyContains(needle) : .bodyContainsNot(needle)
        case 3: return .bodyMatches(try pattern())
        case 4: return .bodyMatchesNot(try pattern())
        case 5: return .traceID(TraceID(high: try uint64(), low: try uint64()))
        case 6: return .spanID(SpanID(try uint64()))
        case 7:
            let (low, high) = (Int32(bitPattern: try uint32()), Int32(bitPattern: try uint32()))
            guard low <= high else { throw error("a range of severities") }
            return .severity(low...high)
        case 8:
            let (scope, key, test) = try attribute()
            return .attribute(scope, key: key, test)
        default: throw error("an unknown condition on logs")
        }
    }

    @_lifetime(self: copy self)
    mutating func spanCondition() throws(CodecError) -> SpanCondition {
        switch try byte() {
        case 1: return .name(try valueTest())
        case 2: return .kind(Int32(bitPattern: try uint32()))
        case 3: return .status(Int32(bitPattern: try uint32()))
        case 4:
            let (low, high) = (try uint64(), try uint64())
            guard low <= high else { throw error("a range of durations") }
            return .duration(low...high)
        case 5: return .isRoot
        case 6:
            let (scope, key, test) = try attribute()
            return .attribute(scope, key: key, test)
        default: throw error("an unknown condition on spans")
        }
    }

    @_lifetime(self: copy self)
    mutating func matcher() throws(CodecError) -> Matcher {
        let operation: Matcher.Operation
        switch try byte() {
        case 1: operation = .equal
        case 2: operation = .notEqual
        case 3: operation = .matches
        case 4: operation = .matchesNot
        default: throw error("an unknown matcher")
        }
        let (name, value) = (try text(), try text())
        do throws(PatternError) {
            return try Matcher(name: name, operation, value)
        } catch {
            throw self.error("\(error)")
        }
    }
}
