internal import TeleCodec
internal import TeleModel

extension LabelIndex {
    /// The series that all matchers accept.
    func select(_ matchers: [Matcher]) -> SeriesSet {
        var selected = SeriesSet(capacity: seriesCount, full: true)
        for matcher in matchers { narrow(&selected, matcher) }
        return selected
    }

    /// A matcher that accepts the missing label takes away what it rejects; any other keeps what it accepts.
    private func narrow(_ selected: inout SeriesSet, _ matcher: Matcher) {
        let acceptsMissing = matcher.acceptsMissing
        var named = SeriesSet(capacity: seriesCount)
        for label in candidates(matcher) where accepts(matcher, label) != acceptsMissing {
            for i in LabelIndex.slice(postingEnds, label) { named.insert(Int(postings[i])) }
        }
        if acceptsMissing { selected.subtract(named) } else { selected.formIntersection(named) }
    }

    /// The labels that have to be looked at: those of the name, or the single one of an equality.
    private func candidates(_ matcher: Matcher) -> Range<Int> {
        let labels = labels(named: matcher.name)
        let isSingle = matcher.operation == .equal || matcher.operation == .notEqual
        guard isSingle, !matcher.value.isEmpty, !labels.isEmpty else { return labels }
        let wanted = LabelSet([(matcher.name, matcher.value)]).bytes
        let found =
            labels.lowerBound
            + LabelIndex.firstRow(labels.count) { row in
                compare(labels.lowerBound + row, wanted) >= 0
            }
        return found < labels.upperBound && compare(found, wanted) == 0 ? found..<found + 1 : found..<found
    }

    private func accepts(_ matcher: Matcher, _ label: Int) -> Bool {
        let value = parts(label).value
        switch matcher.operation {
        case .equal: return labelBytes[value].elementsEqual(matcher.value.utf8)
        case .notEqual: return !labelBytes[value].elementsEqual(matcher.value.utf8)
        case .matches: return matcher.pattern?.matches(labelBytes.span.extracting(value)) ?? false
        case .matchesNot: return !(matcher.pattern?.matches(labelBytes.span.extracting(value)) ?? true)
        }
    }

    /// Order of a label against canonical label bytes.
    private func compare(_ label: Int, _ bytes: [UInt8]) -> Int {
        ByteOrder.compare(
            labelBytes.span.bytes.extracting(LabelIndex.slice(labelEnds, label)), bytes.span.bytes)
    }

    func labels(named name: String) -> Range<Int> {
        var wanted: [UInt8] = []
        wanted.append(varint: name.utf8.count)
        wanted += name.utf8
        // Names sort by their canonical bytes, length first.
        let found = LabelIndex.firstRow(nameEnds.count) { row in
            compare(prefix: wanted, LabelIndex.slice(nameEnds, row).lowerBound) >= 0
        }
        guard found < nameEnds.count else { return 0..<0 }
        let labels = LabelIndex.slice(nameEnds, found)
        return compare(prefix: wanted, labels.lowerBound) == 0 ? labels : 0..<0
    }

    /// Order of a label's canonical name against such a name.
    private func compare(prefix: [UInt8], _ label: Int) -> Int {
        let range = LabelIndex.slice(labelEnds, label).lowerBound..<parts(label).name.upperBound
        return ByteOrder.compare(labelBytes.span.bytes.extracting(range), prefix.span.bytes)
    }

    /// The first of `count` rows for which an ascending condition holds, or `count`.
    static func firstRow(_ count: Int, where holds: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// What `/labels` and `/label/{name}/values` ask.
extension LabelIndex {
    /// Names of the labels that the series have; nil for all series.
    func names(of series: SeriesSet?) -> [String] {
        let marked = series.map { marks(of: $0) }
        return nameEnds.indices.compactMap { name in
            let labels = LabelIndex.slice(nameEnds, name)
            guard labels.contains(where: { marked?[$0] ?? true }) else { return nil }
            return text(parts(labels.lowerBound).name)
        }
    }

    /// Values that the series have of a label; nil for all series.
    func values(of name: String, series: SeriesSet?) -> [String] {
        let marked = series.map { marks(of: $0) }
        return labels(named: name).compactMap { marked?[$0] ?? true ? text(parts($0).value) : nil }
    }

    private func marks(of set: SeriesSet) -> [Bool] {
        var marks = [Bool](repeating: false, count: labelCount)
        for series in set.positions {
            for i in LabelIndex.slice(seriesEnds, series) { marks[Int(seriesLabels[i])] = true }
        }
        return marks
    }
}
