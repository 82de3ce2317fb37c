internal import TeleEngine
internal import TeleModel
internal import TeleQL

extension PromEvaluator {
    internal func evaluate(
        _ call: PromCall, _ expression: PromExpr, _ grid: PromGrid
    ) throws(PromFailure) -> PromValue {
        let name = call.function.name
        let stats = wantsResets
        defer { wantsResets = stats }
        switch name {
        case "histogram_count", "histogram_sum", "histogram_avg": wantsResets = true
        case "histogram_quantile", "histogram_quantiles", "histogram_fraction": wantsResets = false
        default: break
        }
        if let window = PromWindowFunction(rawValue: name == "holt_winters" ? "double_exponential_smoothing" : name) {
            return .vector(try evaluate(window, call, grid))
        }
        if let function = PromMath.function(name) {
            return .vector(mapping(try vector(call.arguments[0], grid)) { value, _ in function(value) })
        }
        switch name {
        case "time": return .scalar((0..<grid.count).map { Double(grid.time($0)) / 1000 })
        case "pi": return .scalar(Array(repeating: Double.pi, count: grid.count))
        case "start": return .scalar(Array(repeating: Double(query.start) / 1000, count: grid.count))
        case "end": return .scalar(Array(repeating: Double(query.end) / 1000, count: grid.count))
        case "step": return .scalar(Array(repeating: Double(query.step) / 1000, count: grid.count))
        case "range": return .scalar(Array(repeating: Double(query.end &- query.start) / 1000, count: grid.count))
        case "min_of", "max_of":
            let (a, b) = (try scalar(call.arguments[0], grid), try scalar(call.arguments[1], grid))
            return .scalar(
                zip(a, b).map { x, y in x.isNaN || y.isNaN ? .nan : name == "min_of" ? min(x, y) : max(x, y) })
        case "vector":
            var out = PromBlock(steps: grid.count)
            _ = out.addRow(.empty, dropsName: false)
            out.values = try scalar(call.arguments[0], grid)
            out.state = Array(repeating: PromBlock.float, count: grid.count)
            return .vector(out)
        case "scalar": return .scalar(single(try vector(call.arguments[0], grid)))
        case "absent": return .vector(absent(call.arguments[0], try vector(call.arguments[0], grid)))
        case "absent_over_time":
            let present = PromCall(
                function: PromFunction.all["count_over_time"] ?? call.function, arguments: call.arguments)
            return .vector(absent(call.arguments[0], try evaluate(.count, present, grid)))
        case "timestamp": return .vector(try timestamps(call.arguments[0], grid))
        case "start_timestamp":
            // Only a selector knows; what is worked out of it has no start.
            guard case .selector(let selector) = call.arguments[0].unwrapped.kind else {
                return .vector(PromBlock(steps: grid.count))
            }
            return .vector(try instant(selector, grid, .starts))
        case "info": return .vector(try info(call, grid))
        case "round", "clamp", "clamp_min", "clamp_max": return .vector(try bounded(call, grid))
        case "sort", "sort_desc", "sort_by_label", "sort_by_label_desc":
            return .vector(try sorted(call, grid, expression))
        case "label_replace": return .vector(try labelReplace(call, grid))
        case "label_join": return .vector(try labelJoin(call, grid))
        case "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year":
            return .vector(try calendar(call, grid))
        case "histogram_quantile", "histogram_fraction", "histogram_quantiles":
            return .vector(try histogramFunction(call, grid))
        case "histogram_count", "histogram_sum", "histogram_avg", "histogram_stddev", "histogram_stdvar":
            return .vector(histogramField(name, try vector(call.arguments[0], grid)))
        default: throw .execution("unknown function with name \"\(name)\"")
        }
    }

    /// Floats mapped; histograms left out; names dropped.
    internal func mapping(_ block: PromBlock, _ body: (_ value: Double, _ step: Int) -> Double) -> PromBlock {
        var out = block
        for row in 0..<block.count {
            out.dropsName[row] = true
            for step in 0..<block.steps {
                let cell = row * block.steps + step
                if block.state[cell] == PromBlock.float {
                    out.values[cell] = body(block.values[cell], step)
                } else {
                    out.state[cell] = PromBlock.absent
                }
            }
        }
        out.histograms = [:]
        return out.droppingEmptyRows()
    }

    private func single(_ block: PromBlock) -> [Double] {
        (0..<block.steps).map { step in
            var found: Double?
            for row in 0..<block.count where block.state[row * block.steps + step] == PromBlock.float {
                if found != nil { return .nan }
                found = block.values[row * block.steps + step]
            }
            return found ?? .nan
        }
    }

    /// 1 where nothing is, with the labels that the selector's equalities name.
    private func absent(_ argument: PromExpr, _ block: PromBlock) -> PromBlock {
        var matchers: [Matcher] = []
        switch argument.unwrapped.kind {
        case .selector(let selector), .matrix(let selector, _): matchers = selector.matchers
        default: break
        }
        var pairs: [(name: String, value: String)] = []
        for matcher in matchers where matcher.name != "__name__" && matcher.operation == .equal {
            if matchers.filter({ $0.name == matcher.name }).count == 1 { pairs.append((matcher.name, matcher.value)) }
        }
        var out = PromBlock(steps: block.steps)
        let row = out.addRow(LabelSet(pairs), dropsName: false)
        for step in 0..<block.steps {
            let isThere = (0..<block.count).contains { block.state[$0 * block.steps + step] != PromBlock.absent }
            if !isThere { out.set(row, step, 1) }
        }
        return out.droppingEmptyRows()
    }

    private func timestamps(_ argument: PromExpr, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        if case .selector(let selector) = argument.unwrapped.kind {
            return try instant(selector, grid, .times)
        }
        var block = try vector(argument, grid)
        for i in block.state.indices where block.state[i] == PromBlock.histogram { block.state[i] = PromBlock.float }
        return mapping(block) { _, step in Double(grid.time(step)) / 1000 }
    }

    private func bounded(_ call: PromCall, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        let block = try vector(call.arguments[0], grid)
        switch call.function.name {
        case "round":
            let to =
                call.arguments.count > 1 ? try scalar(call.arguments[1], grid) : Array(repeating: 1, count: grid.count)
            return mapping(block) { value, step in
                let inverse = 1 / to[step]
                return (value * inverse + 0.5).rounded(.down) / inverse
            }
        case "clamp":
            let low = try scalar(call.arguments[1], grid)
            let high = try scalar(call.arguments[2], grid)
            var out = mapping(block) { value, step in
                if low[step].isNaN || high[step].isNaN || value.isNaN { return .nan }
                return max(low[step], min(high[step], value))
            }
            for row in 0..<out.count {
                for step in 0..<grid.count where high[step] < low[step] {
                    out.state[row * grid.count + step] = PromBlock.absent
                }
            }
            return out.droppingEmptyRows()
        default:
            let bound = try scalar(call.arguments[1], grid)
            let isMax = call.function.name == "clamp_max"
            return mapping(block) { value, step in
                if value.isNaN || bound[step].isNaN { return .nan }
                return isMax ? min(bound[step], value) : max(bound[step], value)
            }
        }
    }

    private func sorted(
        _ call: PromCall, _ grid: PromGrid, _ expression: PromExpr
    ) throws(PromFailure) -> PromBlock {
        let block = try vector(call.arguments[0], grid)
        guard query.step == 0 else {
            warnings.insert(
                "PromQL warning: sort is ineffective for range queries since results are always ordered by labels "
                    + place(expression))
            return block
        }
        guard grid.count == 1 else { return block }
        let isDescending = call.function.name.hasSuffix("_desc")
        var rows = Array(0..<block.count)
        if call.function.name.hasPrefix("sort_by_label") {
            let names = call.arguments.dropFirst().map(string)
            func precedes(_ a: Int, _ b: Int) -> Bool {
                for name in names {
                    let (x, y) = (block.labels[a][name] ?? "", block.labels[b][name] ?? "")
                    if x != y { return PromNatural.precedes(x, y) != isDescending }
                }
                let (x, y) = (block.labels[a].bytes, block.labels[b].bytes)
                return isDescending ? y.lexicographicallyPrecedes(x) : x.lexicographicallyPrecedes(y)
            }
            rows.sort(by: precedes)
        } else {
            rows = rows.filter { block.state[$0] == PromBlock.float }
            rows.sort { a, b in
                let (x, y) = (block.values[a], block.values[b])
                if x.isNaN || y.isNaN { return !x.isNaN && y.isNaN || x.isNaN == y.isNaN && a < b }
                return x == y ? a < b : isDescending ? x > y : x < y
            }
        }
        return block.keeping(rows)
    }

    private func calendar(_ call: PromCall, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        let name = call.function.name
        guard let argument = call.arguments.first else {
            var out = PromBlock(steps: grid.count)
            let row = out.addRow(.empty, dropsName: false)
            for step in 0..<grid.count { out.set(row, step, PromCalendar.field(name, Double(grid.time(step)) / 1000)) }
            return out
        }
        return mapping(try vector(argument, grid)) { value, _ in PromCalendar.field(name, value) }
    }

    private func histogramField(_ name: String, _ block: PromBlock) -> PromBlock {
        var out = PromBlock(steps: block.steps)
        for row in 0..<block.count {
            let target = out.addRow(block.labels[row], dropsName: true)
            for step in 0..<block.steps {
                guard let histogram = block.histograms[row * block.steps + step] else { continue }
                switch name {
                case "histogram_count": out.set(target, step, histogram.count)
                case "histogram_sum": out.set(target, step, histogram.sum)
                case "histogram_stdvar": out.set(target, step, histogram.variance)
                case "histogram_stddev": out.set(target, step, histogram.variance.squareRoot())
                default: out.set(target, step, histogram.sum / histogram.count)
                }
            }
        }
        return out.droppingEmptyRows()
    }
}
