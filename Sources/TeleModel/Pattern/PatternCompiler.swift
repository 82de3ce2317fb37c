/// Builds a ``PatternProgram`` from the end to the beginning, so that each instruction knows where it goes on.
internal struct PatternCompiler {
    private var instructions: [PatternProgram.Instruction] = []
    private let wantsCaptures: Bool

    private init(wantsCaptures: Bool) { self.wantsCaptures = wantsCaptures }

    internal static func compile(
        _ node: PatternNode, groups: [String?], wantsCaptures: Bool
    ) throws(PatternError) -> PatternProgram {
        var compiler = PatternCompiler(wantsCaptures: wantsCaptures)
        let match = try compiler.emit(.init(operation: .match))
        let end = wantsCaptures ? try compiler.emit(.init(operation: .save, next: match, other: 1)) : match
        var start = try compiler.add(node, end)
        if wantsCaptures { start = try compiler.emit(.init(operation: .save, next: start, other: 0)) }
        let loop = try compiler.emit(.init(operation: .split, next: start))
        let skip = try compiler.emit(.init(operation: .bytes, low: 0, high: 255, next: loop))
        compiler.instructions[Int(loop)].other = skip
        return compiler.finish(start: start, searchStart: loop, groups: groups)
    }

    private func finish(start: Int32, searchStart: Int32, groups: [String?]) -> PatternProgram {
        var edges = [Bool](repeating: false, count: 257)
        var hasAssertions = false
        for instruction in instructions {
            switch instruction.operation {
            case .bytes:
                edges[Int(instruction.low)] = true
                edges[Int(instruction.high) + 1] = true
            case .assertion: hasAssertions = true
            default: break
            }
        }
        if hasAssertions {
            for range in ScalarSet.words.ranges + [0x0a...0x0a] {
                edges[Int(range.lowerBound)] = true
                edges[Int(range.upperBound) + 1] = true
            }
        }
        var classes = [UInt8](repeating: 0, count: 256)
        var representatives: [UInt8] = [0]
        for byte in 1..<256 {
            if edges[byte] { representatives.append(UInt8(byte)) }
            classes[byte] = UInt8(representatives.count - 1)
        }
        return PatternProgram(
            instructions: instructions, start: start, searchStart: searchStart, groups: groups, byteClasses: classes,
            classBytes: representatives, hasAssertions: hasAssertions)
    }

    private mutating func emit(_ instruction: PatternProgram.Instruction) throws(PatternError) -> Int32 {
        if instructions.count >= Limits.patternInstructions {
            throw PatternError("expression too large", at: 0)
        }
        instructions.append(instruction)
        return Int32(instructions.count - 1)
    }

    private mutating func add(_ node: PatternNode, _ next: Int32) throws(PatternError) -> Int32 {
        switch node {
        case .empty: return next
        case .literal(let scalars):
            var next = next
            for scalar in scalars.reversed() {
                for byte in PatternCompiler.utf8(scalar).reversed() {
                    next = try emit(.init(operation: .bytes, low: byte, high: byte, next: next))
                }
            }
            return next
        case .set(let set): return try addSet(set, next)
        case .concat(let parts):
            var next = next
            for part in parts.reversed() { next = try add(part, next) }
            return next
        case .alternate(let branches):
            var start = try add(branches[branches.count - 1], next)
            for branch in branches.dropLast().reversed() {
                let first = try add(branch, next)
                start = try emit(.init(operation: .split, next: first, other: start))
            }
            return start
        case .repeated(let body, let min, let max, let isGreedy):
            return try addRepeated(body, min, max, isGreedy, next)
        case .capture(let body, let index):
            guard wantsCaptures else { return try add(body, next) }
            let close = try emit(.init(operation: .save, next: next, other: Int32(index * 2 + 1)))
            let start = try add(body, close)
            return try emit(.init(operation: .save, next: start, other: Int32(index * 2)))
        case .assertion(let assertion):
            return try emit(.init(operation: .assertion, low: assertion.rawValue, next: next))
        }
    }

    private mutating func addRepeated(
        _ body: PatternNode, _ min: Int, _ max: Int?, _ isGreedy: Bool, _ next: Int32
    ) throws(PatternError) -> Int32 {
        func split(_ body: Int32) -> PatternProgram.Instruction {
            .init(operation: .split, next: isGreedy ? body : next, other: isGreedy ? next : body)
        }
        var start = next
        if let max {
            for _ in 0..<(max - min) { start = try emit(split(try add(body, start))) }
        } else {
            let loop = try emit(.init(operation: .split))
            let inner = try addLoopBody(body, loop)
            instructions[Int(loop)] = split(inner)
            start = loop
        }
        for _ in 0..<min { start = try add(body, start) }
        return start
    }

    /// `.*` loops over bytes: on text that is UTF-8 it takes the same, and its automaton is much smaller.
    private mutating func addLoopBody(_ body: PatternNode, _ loop: Int32) throws(PatternError) -> Int32 {
        guard case .set(let set) = body else { return try add(body, loop) }
        if set == .any { return try emit(.init(operation: .bytes, low: 0, high: 255, next: loop)) }
        if set == .anyButNewline {
            let low = try emit(.init(operation: .bytes, low: 0, high: 9, next: loop))
            let high = try emit(.init(operation: .bytes, low: 11, high: 255, next: loop))
            return try emit(.init(operation: .split, next: low, other: high))
        }
        return try add(body, loop)
    }

    /// One scalar of a set as alternatives of byte ranges; tails that are equal are shared.
    private mutating func addSet(_ set: ScalarSet, _ next: Int32) throws(PatternError) -> Int32 {
        var sequences: [[ClosedRange<UInt8>]] = []
        for range in set.ranges { PatternCompiler.split(range, into: &sequences) }
        if sequences.isEmpty { return try emit(.init(operation: .fail)) }
        var shared: [SharedTail: Int32] = [:]
        var start: Int32 = -1
        for sequence in sequences.reversed() {
            var at = next
            for range in sequence.reversed() {
                let key = SharedTail(low: range.lowerBound, high: range.upperBound, next: at)
                if let known = shared[key] {
                    at = known
                    continue
                }
                at = try emit(.init(operation: .bytes, low: range.lowerBound, high: range.upperBound, next: at))
                shared[key] = at
            }
            start = start < 0 ? at : try emit(.init(operation: .split, next: at, other: start))
        }
        return start
    }

    private struct SharedTail: Hashable {
        var low: UInt8
        var high: UInt8
        var next: Int32
    }
}
