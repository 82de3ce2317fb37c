extension PatternNode {
    /// `.*` with the dot matching newlines.
    internal var isAnything: Bool {
        if case .repeated(.set(.any), min: 0, max: nil, _) = self { return true }
        if case .capture(let body, _) = self { return body.isAnything }
        return false
    }

    /// All texts that the node matches, where they are finitely many and at most `limit`.
    internal func literals(limit: Int) -> [[UInt8]]? {
        switch self {
        case .empty: return [[]]
        case .literal(let scalars): return [scalars.flatMap(PatternCompiler.utf8)]
        case .capture(let body, _): return body.literals(limit: limit)
        case .assertion: return nil
        case .set(let set):
            let count = set.ranges.reduce(0) { $0 + $1.count }
            guard count <= min(limit, 64), count > 0 else { return nil }
            return set.ranges.flatMap { $0.map(PatternCompiler.utf8) }
        case .repeated(let body, let min, let max, _):
            guard let max, max <= 1 else { return nil }
            guard let texts = body.literals(limit: limit - 1) else { return nil }
            return min == 1 ? texts : texts + [[]]
        case .alternate(let branches):
            var out: [[UInt8]] = []
            for branch in branches {
                guard let texts = branch.literals(limit: limit - out.count) else { return nil }
                out.append(contentsOf: texts)
                if out.count > limit { return nil }
            }
            return out
        case .concat(let parts):
            var out: [[UInt8]] = [[]]
            for part in parts {
                guard let texts = part.literals(limit: limit), out.count * texts.count <= limit else { return nil }
                out = texts.count == 1 ? out.map { $0 + texts[0] } : out.flatMap { head in texts.map { head + $0 } }
            }
            return out
        }
    }

    /// The longest run of bytes that every match contains.
    internal var requiredLiteral: [UInt8] {
        var best: [UInt8] = []
        var run: [UInt8] = []
        collect(&best, &run)
        return run.count > best.count ? run : best
    }

    private func collect(_ best: inout [UInt8], _ run: inout [UInt8]) {
        func cut() {
            if run.count > best.count { best = run }
            run = []
        }
        switch self {
        case .empty, .assertion: break
        case .literal(let scalars): run.append(contentsOf: scalars.flatMap(PatternCompiler.utf8))
        case .capture(let body, _): body.collect(&best, &run)
        case .concat(let parts): for part in parts { part.collect(&best, &run) }
        case .repeated(let body, let min, _, _):
            cut()
            if min > 0 { body.collect(&best, &run) }
            cut()
        case .set, .alternate: cut()
        }
    }
}
