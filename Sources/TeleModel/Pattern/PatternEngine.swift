private import Synchronization

/// The machines of a pattern, shared by all its copies. Each call takes an automaton out of the pool, or makes one
/// while others are in use, and gives it back: nothing is locked while a text is matched.
internal final class PatternEngine: Sendable {
    private let program: PatternProgram
    private let node: PatternNode
    private let groups: [String?]
    private let pool = Mutex(Pool())
    private let capturing = Mutex<PatternProgram?>(nil)

    /// Automatons are used by one thread at a time: whoever took them out.
    private struct Pool: @unchecked Sendable {
        var free: [PatternAutomaton] = []
    }

    private struct Loan: @unchecked Sendable {
        var automaton: PatternAutomaton?
    }

    internal init(_ program: PatternProgram, _ node: PatternNode, groups: [String?]) {
        self.program = program
        self.node = node
        self.groups = groups
    }

    internal func matches(_ text: borrowing Span<UInt8>, isAnchored: Bool) -> Bool {
        let loan = pool.withLock { Loan(automaton: $0.free.popLast()) }
        let automaton = loan.automaton ?? PatternAutomaton(program, isAnchored: isAnchored)
        let result = automaton.matches(text)
        let back = Loan(automaton: automaton)
        pool.withLock { pool in
            if let automaton = back.automaton, pool.free.count < 16 { pool.free.append(automaton) }
        }
        return result
    }

    /// The slots of the leftmost match.
    internal func search(_ text: borrowing Span<UInt8>, isAnchored: Bool) -> [Int]? {
        guard let program = capturingProgram() else { return nil }
        var threads = PatternThreads(program)
        return threads.search(text, isAnchored: isAnchored)
    }

    /// Compiled at the first use: most patterns only ever match.
    private func capturingProgram() -> PatternProgram? {
        capturing.withLock { known in
            if known == nil { known = try? PatternCompiler.compile(node, groups: groups, wantsCaptures: true) }
            return known
        }
    }
}
