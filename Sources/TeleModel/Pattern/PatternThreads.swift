/// Finds the leftmost match and its groups by advancing all threads of the program together (Pike's machine): time is
/// proportional to text times program, whatever the expression.
internal struct PatternThreads {
    private let program: PatternProgram
    private let slotCount: Int
    private var current: ThreadList
    private var next: ThreadList
    private var stack: [Entry] = []
    private var scratch: [Int]

    private final class ThreadList {
        /// Instructions in order of priority, and their slots, flat.
        var instructions: [Int32] = []
        var slots: [Int] = []
        var marks: [UInt32]
        var generation: UInt32 = 1

        init(_ count: Int) { marks = Array(repeating: 0, count: count) }

        func clear() {
            instructions.removeAll(keepingCapacity: true)
            slots.removeAll(keepingCapacity: true)
            generation &+= 1
        }
    }

    /// An instruction to follow, or (`slot` not negative) a slot to set back.
    private struct Entry {
        var instruction: Int32
        var slot: Int
        var old: Int
    }

    internal init(_ program: PatternProgram) {
        self.program = program
        slotCount = program.groups.count * 2
        current = ThreadList(program.instructions.count)
        next = ThreadList(program.instructions.count)
        scratch = Array(repeating: -1, count: slotCount)
    }

    /// The slots of the leftmost match: start and end of each group, -1 where it took no part.
    internal mutating func search(_ text: borrowing Span<UInt8>, isAnchored: Bool) -> [Int]? {
        var found: [Int]?
        current.clear()
        var at = 0
        while true {
            if found == nil, at == 0 || !isAnchored {
                for i in scratch.indices { scratch[i] = -1 }
                follow(program.start, at, text, into: current)
            }
            if current.instructions.isEmpty, found != nil || isAnchored { break }
            next.clear()
            advance(text, at, &found)
            if at >= text.count { break }
            swap(&current, &next)
            at += 1
        }
        return found
    }

    private mutating func advance(_ text: borrowing Span<UInt8>, _ at: Int, _ found: inout [Int]?) {
        for i in current.instructions.indices {
            let instruction = program.instructions[Int(current.instructions[i])]
            if instruction.operation == .match {
                found = Array(current.slots[i * slotCount..<(i + 1) * slotCount])
                return
            }
            guard at < text.count, instruction.low <= text[at], text[at] <= instruction.high else { continue }
            for slot in 0..<slotCount { scratch[slot] = current.slots[i * slotCount + slot] }
            follow(instruction.next, at + 1, text, into: next)
        }
    }

    /// Adds the threads reached from an instruction without taking a byte, in order of priority.
    private mutating func follow(
        _ pc: Int32, _ at: Int, _ text: borrowing Span<UInt8>, into list: ThreadList
    ) {
        stack.append(Entry(instruction: pc, slot: -1, old: 0))
        while let entry = stack.popLast() {
            if entry.slot >= 0 {
                scratch[entry.slot] = entry.old
                continue
            }
            let pc = Int(entry.instruction)
            if list.marks[pc] == list.generation { continue }
            list.marks[pc] = list.generation
            let instruction = program.instructions[pc]
            switch instruction.operation {
            case .split:
                stack.append(Entry(instruction: instruction.other, slot: -1, old: 0))
                stack.append(Entry(instruction: instruction.next, slot: -1, old: 0))
            case .save:
                let slot = Int(instruction.other)
                stack.append(Entry(instruction: 0, slot: slot, old: scratch[slot]))
                scratch[slot] = at
                stack.append(Entry(instruction: instruction.next, slot: -1, old: 0))
            case .assertion:
                if PatternThreads.holds(instruction.low, text, at) {
                    stack.append(Entry(instruction: instruction.next, slot: -1, old: 0))
                }
            case .bytes, .match:
                list.instructions.append(Int32(pc))
                list.slots.append(contentsOf: scratch)
            case .fail: break
            }
        }
    }

    private static func holds(_ raw: UInt8, _ text: borrowing Span<UInt8>, _ at: Int) -> Bool {
        let isWordBefore = at > 0 && PatternAutomaton.isWord(text[at - 1])
        let isWordAfter = at < text.count && PatternAutomaton.isWord(text[at])
        switch PatternAssertion(rawValue: raw) {
        case .textStart: return at == 0
        case .textEnd: return at == text.count
        case .lineStart: return at == 0 || text[at - 1] == 0x0a
        case .lineEnd: return at == text.count || text[at] == 0x0a
        case .wordBoundary: return isWordBefore != isWordAfter
        case .notWordBoundary: return isWordBefore == isWordAfter
        case nil: return false
        }
    }
}
