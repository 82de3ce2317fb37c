internal import TeleEngine
internal import TeleModel
internal import TeleQL

/// `info(v, {matchers})`: labels of info series that have the same `instance` and `job`.
extension PromEvaluator {
    private struct InfoQuery {
        var names: [Matcher] = []
        var labels: [Matcher] = []
        /// Without any info series the vector stays as it is, unless a label is asked for that must be there.
        var isOptional: Bool { labels.allSatisfy(\.acceptsMissing) }
    }

    private static let identifying = [Array("instance".utf8), Array("job".utf8)]

    internal func info(_ call: PromCall, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        let base = try vector(call.arguments[0], grid)
        let query = try infoQuery(call)
        let isInfo = base.labels.map { labels in query.names.allSatisfy { $0.accepts(labels["__name__"] ?? "") } }
        if !isInfo.contains(false) { return base }
        var selector = PromSelector()
        selector.matchers = query.names + query.labels
        let at = try infoGrid(call.arguments[0], grid)
        let infos = try instant(selector, at)
        if !infos.histograms.isEmpty { throw .execution("info metrics must be of floats, found a histogram") }
        let times = try instant(selector, at, .times)
        let keys = infos.labels.map { $0.keeping(PromEvaluator.identifying) }
        var byKey: [LabelSet: [Int]] = [:]
        for row in 0..<infos.count where !keys[row].isEmpty { byKey[keys[row], default: []].append(row) }
        var out = PromBlock(steps: base.steps)
        var rows: [LabelSet: Int] = [:]
        for row in 0..<base.count {
            if isInfo[row] {
                out.append(base, row)
                continue
            }
            let candidates = byKey[base.labels[row].keeping(PromEvaluator.identifying)] ?? []
            for step in 0..<base.steps where base.state[row * base.steps + step] != PromBlock.absent {
                let found = latest(candidates, infos, times, step)
                if found.isEmpty, !query.isOptional { continue }
                let labels = try enriched(base.labels[row], found.map { infos.labels[$0] }, query)
                let target = rows[labels] ?? out.addRow(labels, dropsName: base.dropsName[row])
                rows[labels] = target
                let cell = row * base.steps + step
                if out.state[target * base.steps + step] != PromBlock.absent {
                    throw .execution("vector cannot contain metrics with the same labelset")
                }
                if let histogram = base.histograms[cell] {
                    out.set(target, step, histogram)
                } else {
                    out.set(target, step, base.values[cell])
                }
            }
        }
        return out.droppingEmptyRows()
    }

    private func infoQuery(_ call: PromCall) throws(PromFailure) -> InfoQuery {
        var out = InfoQuery()
        if call.arguments.count > 1, case .selector(let selector) = call.arguments[1].unwrapped.kind {
            for matcher in selector.matchers {
                if matcher.name == "__name__" { out.names.append(matcher) } else { out.labels.append(matcher) }
            }
        }
        do throws(PatternError) {
            if out.names.isEmpty {
                out.names = [try Matcher(name: "__name__", .equal, "target_info")]
            } else if out.names.allSatisfy(\.operation.isNegative) {
                out.names.append(try Matcher(name: "__name__", .matches, ".+_info"))
            }
        } catch { throw .execution("info: \(error)") }
        return out
    }

    /// Of each info metric the row with the newest sample.
    private func latest(_ candidates: [Int], _ infos: PromBlock, _ times: PromBlock, _ step: Int) -> [Int] {
        var found: [String: Int] = [:]
        for row in candidates where infos.state[row * infos.steps + step] != PromBlock.absent {
            let name = infos.labels[row]["__name__"] ?? ""
            if let known = found[name],
                times.values[known * infos.steps + step] >= times.values[row * infos.steps + step]
            {
                continue
            }
            found[name] = row
        }
        return found.values.sorted()
    }

    private func enriched(_ base: LabelSet, _ infos: [LabelSet], _ query: InfoQuery) throws(PromFailure) -> LabelSet {
        var added: [String: String] = [:]
        let own = Set(base.pairs.map(\.name))
        let wanted = Set(query.labels.map(\.name))
        for info in infos {
            for pair in info.pairs where pair.name != "__name__" && !own.contains(pair.name) {
                if !wanted.isEmpty, !wanted.contains(pair.name) { continue }
                if let known = added[pair.name], known != pair.value {
                    throw .execution("conflicting label: \(pair.name)")
                }
                added[pair.name] = pair.value
            }
        }
        return added.isEmpty ? base : LabelSet(base.pairs + added.map { (name: $0.key, value: $0.value) })
    }

    /// The times at which the vector's own samples are read: `@` and `offset` hold for the info series too.
    private func infoGrid(_ expression: PromExpr, _ grid: PromGrid) throws(PromFailure) -> PromGrid {
        switch expression.kind {
        case .paren(let inner), .negate(let inner): return try infoGrid(inner, grid)
        case .selector(let selector), .matrix(let selector, _):
            return try shifted(grid, selector.at, selector.offset)
        case .subquery(let subquery):
            return try infoGrid(subquery.inner, try shifted(grid, subquery.at, subquery.offset))
        case .aggregate(let aggregate): return try infoGrid(aggregate.inner, grid)
        case .binary(let binary): return try infoGrid(binary.left.type == .scalar ? binary.right : binary.left, grid)
        case .call(let call):
            guard let argument = call.arguments.first(where: { $0.type == .vector || $0.type == .matrix }) else {
                return grid
            }
            return try infoGrid(argument, grid)
        case .number, .string: return grid
        }
    }
}
