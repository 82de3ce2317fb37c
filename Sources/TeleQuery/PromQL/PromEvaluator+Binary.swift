internal import TeleEngine
internal import TeleModel
internal import TeleQL

extension PromOperator {
    /// The value of an arithmetic operator or, for a comparison, 1 or 0.
    @inline(__always)
    internal func apply(_ a: Double, _ b: Double) -> Double {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .modulo: PromMath.remainder(a, b)
        case .power: PromMath.power(a, b)
        case .atan2: PromMath.arcTangent(a, b)
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .less: a < b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        default: .nan
        }
    }

    internal var isTrim: Bool { self == .trimUpper || self == .trimLower }
    /// The result has the name of its operand: comparisons and trims.
    internal var keepsName: Bool { isComparison || isTrim }

    /// A histogram times, by or trimmed at a number.
    internal func apply(_ histogram: NativeHistogram, _ number: Double) -> NativeHistogram {
        switch self {
        case .multiply: histogram.scaled(by: number)
        case .divide: histogram.divided(by: number)
        default: histogram.trimmed(at: number, keepsLower: self == .trimUpper)
        }
    }
}

extension PromEvaluator {
    internal func evaluate(_ binary: PromBinary, _ grid: PromGrid) throws(PromFailure) -> PromValue {
        let stats = wantsResets
        if binary.operation.isTrim { wantsResets = false }
        defer { wantsResets = stats }
        let left = try evaluate(binary.left, grid)
        let right = try evaluate(binary.right, grid)
        switch (left, right) {
        case (.scalar(let a), .scalar(let b)):
            return .scalar(zip(a, b).map { binary.operation.apply($0, $1) })
        case (.vector(let block), .scalar(let scalars)):
            return .vector(withScalar(binary, block, scalars, isSwapped: false))
        case (.scalar(let scalars), .vector(let block)):
            return .vector(withScalar(binary, block, scalars, isSwapped: true))
        case (.vector(let a), .vector(let b)):
            let matching = binary.matching ?? PromMatching()
            if binary.operation.isSet { return .vector(combine(binary.operation, matching, a, b)) }
            return .vector(try match(binary, matching, a, b))
        default: throw .execution("binary expression of a string")
        }
    }

    private func withScalar(
        _ binary: PromBinary, _ block: PromBlock, _ scalars: [Double], isSwapped: Bool
    ) -> PromBlock {
        var out = block
        let filters = binary.operation.isComparison && !binary.returnsBool
        for row in 0..<block.count {
            let base = row * block.steps
            for step in 0..<block.steps {
                switch block.state[base + step] {
                case PromBlock.float where binary.operation.isTrim:
                    out.state[base + step] = PromBlock.absent
                    noteIncompatible(binary, "float", "float")
                case PromBlock.float:
                    let value = block.values[base + step]
                    let result =
                        isSwapped
                        ? binary.operation.apply(scalars[step], value) : binary.operation.apply(value, scalars[step])
                    if !filters {
                        out.values[base + step] = result
                    } else if result == 0 {
                        out.state[base + step] = PromBlock.absent
                    }
                case PromBlock.histogram:
                    guard let histogram = block.histograms[base + step],
                        binary.operation == .multiply
                            || (!isSwapped && (binary.operation == .divide || binary.operation.isTrim))
                    else {
                        out.state[base + step] = PromBlock.absent
                        out.histograms[base + step] = nil
                        noteIncompatible(binary, isSwapped ? "float" : "histogram", isSwapped ? "histogram" : "float")
                        continue
                    }
                    out.histograms[base + step] = binary.operation.apply(histogram, scalars[step])
                default: break
                }
            }
            if !filters, !binary.operation.isTrim { out.dropsName[row] = true }
        }
        return out.droppingEmptyRows()
    }

    private func noteIncompatible(_ binary: PromBinary, _ left: String, _ right: String) {
        let start = PromExpr(.string(""), range: binary.left.range)
        infos.insert(
            "PromQL info: incompatible sample types encountered for binary operator \"\(binary.operation.rawValue)\": "
                + "\(left) \(binary.operation.rawValue) \(right) \(place(start))")
    }

    private func signatures(_ block: PromBlock, _ matching: PromMatching) -> [LabelSet] {
        let names = matching.labels.map { Array($0.utf8) }
        if matching.isOn { return block.labels.map { $0.keeping(names) } }
        return block.labels.map { names.isEmpty ? $0.removingName() : $0.removing(names + [Array("__name__".utf8)]) }
    }

    private func combine(
        _ operation: PromOperator, _ matching: PromMatching, _ left: PromBlock, _ right: PromBlock
    ) -> PromBlock {
        let steps = left.steps
        let leftSignatures = signatures(left, matching)
        let rightSignatures = signatures(right, matching)
        // Which signatures the deciding side has at each step: the right one's for and/unless, the left one's for or.
        let (decider, deciding) = operation == .or ? (left, leftSignatures) : (right, rightSignatures)
        var numbers: [LabelSet: Int] = [:]
        var present: [Bool] = []
        for row in 0..<decider.count {
            let number = numbers[deciding[row]] ?? numbers.count
            if number == numbers.count {
                numbers[deciding[row]] = number
                present.append(contentsOf: repeatElement(false, count: steps))
            }
            for step in 0..<steps where decider.state[row * steps + step] != PromBlock.absent {
                present[number * steps + step] = true
            }
        }
        var out = operation == .or ? right : left
        let filtered = operation == .or ? rightSignatures : leftSignatures
        for row in 0..<out.count {
            let number = numbers[filtered[row]]
            for step in 0..<steps {
                let isThere = number.map { present[$0 * steps + step] } ?? false
                if isThere != (operation == .and) { out.state[row * steps + step] = PromBlock.absent }
            }
        }
        out = out.droppingEmptyRows()
        guard operation == .or else { return out }
        var both = left
        for row in 0..<out.count { both.append(out, row) }
        return both
    }

    /// Matches "many" rows with "one" rows of the same signature, step by step.
    private func match(
        _ binary: PromBinary, _ matching: PromMatching, _ left: PromBlock, _ right: PromBlock
    ) throws(PromFailure) -> PromBlock {
        let steps = left.steps
        let isSwapped = matching.cardinality == .oneToMany
        let (many, one) = isSwapped ? (right, left) : (left, right)
        let (manySignatures, oneSignatures) = (signatures(many, matching), signatures(one, matching))
        var oneRows: [LabelSet: [Int]] = [:]
        for row in 0..<one.count { oneRows[oneSignatures[row], default: []].append(row) }
        var manyRows: [LabelSet: [Int]] = [:]
        for row in 0..<many.count { manyRows[manySignatures[row], default: []].append(row) }
        // As Prometheus has it: with group_right the sides change places, the fill values do not.
        let (fillOne, fillMany) = (matching.fillRight, matching.fillLeft)
        var out = PromBlock(steps: steps)
        var targets: [LabelSet: Int] = [:]

        func emit(
            _ manyRow: Int?, _ oneRow: Int?, _ step: Int, _ signature: LabelSet
        ) throws(PromFailure) {
            let manyCell = manyRow.map { $0 * steps + step }
            let oneCell = oneRow.map { $0 * steps + step }
            let isHistogram =
                (manyCell.map { many.state[$0] == PromBlock.histogram } ?? false)
                || (oneCell.map { one.state[$0] == PromBlock.histogram } ?? false)
            let labels = resultLabels(
                binary, matching, manyRow.map { many.labels[$0] }, oneRow.map { one.labels[$0] }, signature)
            let drops =
                binary.returnsBool || !binary.operation.keepsName
                || (manyRow.map { many.dropsName[$0] } ?? false)
            var value = 0.0
            var histogram: NativeHistogram?
            if isHistogram {
                let result = histogramResult(
                    binary,
                    isSwapped ? oneCell.flatMap { one.histograms[$0] } : manyCell.flatMap { many.histograms[$0] },
                    isSwapped ? manyCell.flatMap { many.histograms[$0] } : oneCell.flatMap { one.histograms[$0] },
                    (isSwapped ? oneCell.map { one.values[$0] } : manyCell.map { many.values[$0] }) ?? 0,
                    (isSwapped ? manyCell.map { many.values[$0] } : oneCell.map { one.values[$0] }) ?? 0)
                guard let result else { return }
                (value, histogram) = result
            } else {
                let manyValue = manyCell.map { many.values[$0] } ?? fillMany ?? .nan
                let oneValue = oneCell.map { one.values[$0] } ?? fillOne ?? .nan
                let (a, b) = isSwapped ? (oneValue, manyValue) : (manyValue, oneValue)
                if binary.operation.isTrim {
                    noteIncompatible(binary, "float", "float")
                    return
                }
                value = binary.operation.apply(a, b)
                if binary.operation.isComparison, !binary.returnsBool {
                    if value == 0 { return }
                    value = a
                }
            }
            let target = targets[labels] ?? out.addRow(labels, dropsName: drops)
            targets[labels] = target
            let cell = target * steps + step
            if out.state[cell] != PromBlock.absent {
                throw .execution(
                    matching.cardinality == .oneToOne
                        ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                        : "multiple matches for labels: grouping labels must ensure unique matches")
            }
            if let histogram { out.set(target, step, histogram) } else { out.set(target, step, value) }
        }

        for (row, signature) in manySignatures.enumerated() {
            let candidates = oneRows[signature] ?? []
            if candidates.isEmpty, fillOne == nil { continue }
            for step in 0..<steps where many.state[row * steps + step] != PromBlock.absent {
                var found: Int?
                for candidate in candidates where one.state[candidate * steps + step] != PromBlock.absent {
                    if let found { throw duplicate(signature, one.labels[found], one.labels[candidate], isSwapped) }
                    found = candidate
                }
                guard found != nil || fillOne != nil else { continue }
                if matching.cardinality == .oneToOne, found != nil || fillOne != nil {
                    let rows = manyRows[signature] ?? []
                    if rows.count > 1,
                        rows.contains(where: { $0 != row && many.state[$0 * steps + step] != PromBlock.absent })
                    {
                        throw .execution(
                            "multiple matches for labels: many-to-one matching must be explicit "
                                + "(group_left/group_right)")
                    }
                }
                try emit(row, found, step, signature)
            }
        }
        for (row, signature) in oneSignatures.enumerated() {
            let candidates = manyRows[signature] ?? []
            for step in 0..<steps where one.state[row * steps + step] != PromBlock.absent {
                if candidates.contains(where: { many.state[$0 * steps + step] != PromBlock.absent }) { continue }
                if let twin = (oneRows[signature] ?? []).first(where: {
                    $0 != row && one.state[$0 * steps + step] != PromBlock.absent
                }) {
                    throw duplicate(signature, one.labels[row], one.labels[twin], isSwapped)
                }
                if fillMany != nil { try emit(nil, row, step, signature) }
            }
        }
        return out.droppingEmptyRows()
    }

    private func duplicate(_ signature: LabelSet, _ a: LabelSet, _ b: LabelSet, _ isSwapped: Bool) -> PromFailure {
        .execution(
            "found duplicate series for the match group \(signature.text) on the \(isSwapped ? "left" : "right") "
                + "hand-side of the operation: [\(b.text), \(a.text)];many-to-many matching not allowed: matching "
                + "labels must be unique on one side")
    }

    private func histogramResult(
        _ binary: PromBinary, _ left: NativeHistogram?, _ right: NativeHistogram?, _ a: Double, _ b: Double
    ) -> (Double, NativeHistogram?)? {
        switch (binary.operation, left, right) {
        case (.add, let x?, let y?), (.subtract, let x?, let y?): return sum(binary, x, y).map { (0, $0) }
        case (.multiply, nil, let y?): return (0, y.scaled(by: a))
        case (.multiply, let x?, nil), (.divide, let x?, nil), (.trimUpper, let x?, nil), (.trimLower, let x?, nil):
            return (0, binary.operation.apply(x, b))
        case (.equal, let x?, let y?), (.notEqual, let x?, let y?):
            let holds = x.isSame(as: y) == (binary.operation == .equal)
            if binary.returnsBool { return (holds ? 1 : 0, nil) }
            return holds ? (0, x) : nil
        default:
            noteIncompatible(binary, left == nil ? "float" : "histogram", right == nil ? "float" : "histogram")
            return nil
        }
    }

    private func sum(_ binary: PromBinary, _ a: NativeHistogram, _ b: NativeHistogram) -> NativeHistogram? {
        let isAddition = binary.operation == .add
        let place = PromExpr(.string(""), range: binary.left.range)
        guard var total = PromHistogramSum.total([a, isAddition ? b : b.scaled(by: -1)]) else {
            note(.mixedSchemas, .empty, place)
            return nil
        }
        if total.isReconciled { note(isAddition ? .reconciledAddition : .reconciledSubtraction, .empty, place) }
        if Set([a.resetHint, b.resetHint]) == [1, 2] {
            note(.conflictingResets(isAddition ? "addition" : "subtraction"), .empty, place)
        }
        if !isAddition { total.value.resetHint = NativeHistogram.gauge }
        return total.value
    }

    private func resultLabels(
        _ binary: PromBinary, _ matching: PromMatching, _ many: LabelSet?, _ one: LabelSet?, _ signature: LabelSet
    ) -> LabelSet {
        var labels = many ?? signature
        if binary.returnsBool || !binary.operation.keepsName { labels = labels.removingName() }
        if matching.cardinality == .oneToOne {
            let names = matching.labels.map { Array($0.utf8) }
            labels = matching.isOn ? labels.keeping(names) : labels.removing(names)
        }
        for name in matching.include { labels = labels.setting(name, one?[name] ?? "") }
        return labels
    }
}
