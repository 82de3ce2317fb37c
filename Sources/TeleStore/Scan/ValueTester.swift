internal import TeleEngine
internal import TeleModel

/// A ``ValueTest`` made ready for many values. Each result is what the test's description says.
struct ValueTester: Sendable {
    private let test: ValueTest
    private let text: [UInt8]
    /// Arrays, maps and bytes pass whatever the test says.
    let passesNested: Bool

    init(_ wanted: ValueTest) {
        var test = wanted
        var passesNested = false
        while case .orNested(let inner) = test {
            test = inner
            passesNested = true
        }
        self.test = test
        self.passesNested = passesNested
        text =
            switch test {
            case .equalsText(let text), .notEqualsText(let text): Array(text.utf8)
            default: []
            }
    }

    /// nil: the attribute is missing.
    func passes(_ value: RawValue?, _ heap: borrowing Span<UInt8>) -> Bool {
        guard let value else {
            if case .missing = test { return true }
            return false
        }
        if passesNested, value.kind.rawValue >= ValueKind.array.rawValue { return true }
        switch test {
        case .equalsText: return equalsText(value, heap)
        case .notEqualsText: return !equalsText(value, heap)
        case .equalsInt(let wanted):
            switch value.kind {
            case .int: return Int64(bitPattern: value.bits) == wanted
            case .double: return Int64(exactly: Double(bitPattern: value.bits)) == wanted
            default: return false
            }
        case .equalsDouble(let wanted): return number(value) == wanted
        case .equalsBool(let wanted): return value.kind == .bool && (value.bits != 0) == wanted
        case .number(let min, let minInclusive, let max, let maxInclusive):
            guard let number = number(value) else { return false }
            if let min, !(minInclusive ? number >= min : number > min) { return false }
            if let max, !(maxInclusive ? number <= max : number < max) { return false }
            return !number.isNaN
        case .matches(let pattern):
            return value.kind == .string && pattern.matches(heap.extracting(value.range.range))
        case .matchesNot(let pattern):
            return value.kind == .string && !pattern.matches(heap.extracting(value.range.range))
        case .exists: return true
        case .missing, .orNested: return false
        }
    }

    private func number(_ value: RawValue) -> Double? {
        switch value.kind {
        case .int: Double(Int64(bitPattern: value.bits))
        case .double: Double(bitPattern: value.bits)
        default: nil
        }
    }

    private func equalsText(_ value: RawValue, _ heap: borrowing Span<UInt8>) -> Bool {
        switch value.kind {
        case .string, .array, .map, .bytes:
            guard value.kind == .string, Int(value.range.count) == text.count else { return false }
            let mine = heap.extracting(value.range.range)
            for i in 0..<mine.count where mine[i] != text[i] { return false }
            return true
        case .int: return text.elementsEqual(String(Int64(bitPattern: value.bits)).utf8)
        case .double: return text.elementsEqual(ValueTester.print(Double(bitPattern: value.bits)).utf8)
        case .bool: return text.elementsEqual((value.bits != 0 ? "true" : "false").utf8)
        case .empty: return text.isEmpty
        }
    }

    /// `1.5`, and `1` for 1.0.
    static func print(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

/// An attribute condition resolved against one batch: which key, and what each resource or scope says.
struct AttributeTester: Sendable {
    let scope: AttributeScope
    let key: String
    let tester: ValueTester

    init(_ scope: AttributeScope, _ key: String, _ test: ValueTest) {
        self.scope = scope
        self.key = key
        tester = ValueTester(test)
    }

    var needsOwn: Bool { scope == .own || scope == .any }
    var needsScope: Bool { scope == .scope }

    func keep(
        _ rows: inout [Int], core: BatchCore, resource: [UInt32], scopes: [UInt32], own: AttributeTable
    ) {
        let keyIndex = core.keyIndex(key)
        let heap = core.heap.bytes.span
        switch scope {
        case .resource:
            let passes = (0..<core.resources.count).map { owner in
                tester.passes(
                    keyIndex.flatMap { core.resources.attributes.value(of: $0, owner: owner) }, core.heap.bytes.span)
            }
            rows.removeAll { !passes[Int(resource[$0])] }
        case .scope:
            let passes = (0..<core.scopes.count).map { owner in
                tester.passes(
                    keyIndex.flatMap { core.scopes.attributes.value(of: $0, owner: owner) }, core.heap.bytes.span)
            }
            rows.removeAll { !passes[Int(scopes[$0])] }
        case .own, .any:
            var fallback = [Bool](repeating: tester.passes(nil, heap), count: max(1, core.resources.count))
            if scope == .any, let keyIndex {
                for owner in 0..<core.resources.count {
                    fallback[owner] = tester.passes(
                        core.resources.attributes.value(of: keyIndex, owner: owner), heap)
                }
            }
            var kept = 0
            for row in rows {
                let value = keyIndex.flatMap { own.value(of: $0, owner: row) }
                var passes = value == nil ? fallback[Int(resource[row])] : tester.passes(value, heap)
                if !passes, tester.passesNested, value != nil {
                    passes = own.entries(of: row).contains { entry in
                        own.keys[entry] == keyIndex && tester.passes(own.value(at: entry), core.heap.bytes.span)
                    }
                }
                if passes {
                    rows[kept] = row
                    kept &+= 1
                }
            }
            rows.removeLast(rows.count - kept)
        }
    }
}
