/// The deterministic automaton of a program, made state by state as texts need it. Not for several threads at once.
///
/// A state is the set of instructions that wait for a byte (or an assertion), and what the byte before was. Whether a
/// match ends before a byte is known when that byte is seen: the end of the text is one more byte class.
internal final class PatternAutomaton {
    private static let unknown: Int32 = -1
    private static let dead: Int32 = 0
    private static let matched: Int32 = 1

    private struct StateKey: Hashable {
        var instructions: [Int32]
        var before: UInt8
    }

    /// What the byte before was.
    private enum Before {
        static let nothing: UInt8 = 0
        static let other: UInt8 = 1
        static let newline: UInt8 = 2
        static let word: UInt8 = 3
    }

    private let program: PatternProgram
    private let entry: Int32
    private let stride: Int
    /// `table[state + class]`: the next state (a multiple of `stride`), or one of the marks above.
    private var table: [Int32] = []
    private var states: [StateKey] = []
    private var index: [StateKey: Int32] = [:]
    private var startState: Int32 = 0
    /// Instructions seen in the current closure: equal to `generation`.
    private var marks: [UInt32]
    private var generation: UInt32 = 0
    private var stack: [Int32] = []

    internal init(_ program: PatternProgram, isAnchored: Bool) {
        self.program = program
        entry = isAnchored ? program.start : program.searchStart
        stride = program.classBytes.count + 1
        marks = Array(repeating: 0, count: program.instructions.count)
        reset()
    }

    private func reset() {
        table.removeAll(keepingCapacity: true)
        states.removeAll(keepingCapacity: true)
        index.removeAll(keepingCapacity: true)
        // The first two entries' numbers are marks: an unused state keeps real ones apart from them.
        table.append(contentsOf: repeatElement(PatternAutomaton.unknown, count: max(stride, 2)))
        var seeds: [Int32] = []
        nextGeneration()
        close(entry, into: &seeds)
        startState = state(seeds, Before.nothing)
    }

    private func nextGeneration() {
        generation &+= 1
        if generation == 0 {
            for i in marks.indices { marks[i] = 0 }
            generation = 1
        }
    }

    internal func matches(_ text: borrowing Span<UInt8>) -> Bool {
        var state = startState
        var at = 0
        let count = text.count
        while true {
            (state, at) = run(text, state, at)
            if at < count {
                let next = step(state, program.byteClasses[Int(text[at])])
                if next == PatternAutomaton.dead { return false }
                if next == PatternAutomaton.matched { return true }
                state = next
                at &+= 1
                continue
            }
            let last = table[Int(state) + stride - 1]
            if last != PatternAutomaton.unknown { return last == PatternAutomaton.matched }
            return step(state, nil) == PatternAutomaton.matched
        }
    }

    /// Follows known transitions; stops before the byte whose transition is unknown, dead or a match.
    private func run(_ text: borrowing Span<UInt8>, _ from: Int32, _ start: Int) -> (Int32, Int) {
        let (tableHold, classesHold) = (table, program.byteClasses)
        let table = tableHold.span
        let classes = classesHold.span
        var state = from
        var at = start
        let count = text.count
        while at < count {
            let next = table[Int(state) &+ Int(classes[Int(text[at])])]
            if next <= PatternAutomaton.matched { break }
            state = next
            at &+= 1
        }
        return (state, at)
    }

    /// The transition of a state by a class (nil: the end of the text), made where it is not known yet.
    private func step(_ state: Int32, _ byteClass: UInt8?) -> Int32 {
        let column = byteClass.map(Int.init) ?? stride - 1
        let known = table[Int(state) + column]
        if known != PatternAutomaton.unknown { return known }
        let key = states[slot(state)]
        let byte = byteClass.map { program.classBytes[Int($0)] }
        guard let waiting = closeAssertions(key, byte) else {
            table[Int(state) + column] = PatternAutomaton.matched
            return PatternAutomaton.matched
        }
        guard let byte else {
            table[Int(state) + column] = PatternAutomaton.dead
            return PatternAutomaton.dead
        }
        var seeds: [Int32] = []
        nextGeneration()
        for pc in waiting {
            let instruction = program.instructions[Int(pc)]
            if instruction.operation == .bytes, instruction.low <= byte, byte <= instruction.high {
                close(instruction.next, into: &seeds)
            }
        }
        if seeds.isEmpty {
            table[Int(state) + column] = PatternAutomaton.dead
            return PatternAutomaton.dead
        }
        if table.count > Limits.patternTable {
            reset()
            return self.state(seeds, before(byte))
        }
        let next = self.state(seeds, before(byte))
        table[Int(state) + column] = next
        return next
    }

    private func slot(_ state: Int32) -> Int { (Int(state) - max(stride, 2)) / stride }

    private func before(_ byte: UInt8) -> UInt8 {
        guard program.hasAssertions else { return Before.other }
        return byte == 0x0a ? Before.newline : PatternAutomaton.isWord(byte) ? Before.word : Before.other
    }

    private func state(_ seeds: [Int32], _ before: UInt8) -> Int32 {
        let key = StateKey(instructions: seeds.sorted(), before: before)
        if let known = index[key] { return known }
        let number = Int32(table.count)
        table.append(contentsOf: repeatElement(PatternAutomaton.unknown, count: stride))
        states.append(key)
        index[key] = number
        return number
    }

    /// Adds the instructions that wait for something, reached without taking a byte.
    private func close(_ pc: Int32, into out: inout [Int32]) {
        stack.append(pc)
        while let pc = stack.popLast() {
            if marks[Int(pc)] == generation { continue }
            marks[Int(pc)] = generation
            let instruction = program.instructions[Int(pc)]
            switch instruction.operation {
            case .split:
                stack.append(instruction.other)
                stack.append(instruction.next)
            case .save: stack.append(instruction.next)
            case .bytes, .assertion, .match: out.append(pc)
            case .fail: break
            }
        }
    }

    /// The waiting instructions once the assertions are decided by the byte that follows; nil for a match.
    private func closeAssertions(_ key: StateKey, _ byte: UInt8?) -> [Int32]? {
        var waiting = key.instructions
        if program.hasAssertions {
            nextGeneration()
            for pc in waiting { marks[Int(pc)] = generation }
        }
        var at = 0
        while at < waiting.count {
            let instruction = program.instructions[Int(waiting[at])]
            at += 1
            if instruction.operation == .match { return nil }
            if instruction.operation == .assertion, holds(instruction.low, key.before, byte) {
                close(instruction.next, into: &waiting)
            }
        }
        return waiting
    }

    private func holds(_ raw: UInt8, _ before: UInt8, _ byte: UInt8?) -> Bool {
        let isWordEdge = (before == Before.word) != (byte.map(PatternAutomaton.isWord) ?? false)
        switch PatternAssertion(rawValue: raw) {
        case .textStart: return before == Before.nothing
        case .textEnd: return byte == nil
        case .lineStart: return before == Before.nothing || before == Before.newline
        case .lineEnd: return byte == nil || byte == 0x0a
        case .wordBoundary: return isWordEdge
        case .notWordBoundary: return !isWordEdge
        case nil: return false
        }
    }

    internal static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x5f, 0x61...0x7a: true
        default: false
        }
    }
}
