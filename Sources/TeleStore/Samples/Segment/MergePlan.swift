internal import TeleCodec
internal import TeleModel

/// Walks the series of several sources together in the order of their labels, and builds the index of those that are
/// kept. Labels of all sources get common numbers in sorted order first, so that series compare as runs of numbers.
struct MergePlan {
    private let indexes: [LabelIndex]
    private var common = LabelIndex()
    /// For each source the common number of each of its labels.
    private var numbers: [[UInt32]] = []
    private var next: [Int]

    init(_ sources: [SampleSource]) throws(CodecError) {
        var indexes: [LabelIndex] = []
        for source in sources { indexes.append(try source.index()) }
        self.indexes = indexes
        next = [Int](repeating: 0, count: indexes.count)
        numberLabels()
    }

    func seriesCount(of source: Int) -> Int { indexes[source].seriesCount }

    /// A merge of sorted lists.
    private mutating func numberLabels() {
        var heads = [Int](repeating: 0, count: indexes.count)
        numbers = indexes.map { [UInt32](repeating: 0, count: $0.labelCount) }
        while true {
            var least: Int?
            for source in indexes.indices where heads[source] < indexes[source].labelCount {
                guard let found = least else {
                    least = source
                    continue
                }
                if compare(source, heads[source], found, heads[found]) < 0 { least = source }
            }
            guard let first = least else { return }
            let label = heads[first]
            let number = UInt32(truncatingIfNeeded: common.labelCount)
            common.labelBytes += indexes[first].labelBytes[LabelIndex.slice(indexes[first].labelEnds, label)]
            common.labelEnds.append(common.labelBytes.count)
            for source in first..<indexes.count where heads[source] < indexes[source].labelCount {
                guard source == first || compare(source, heads[source], first, label) == 0 else { continue }
                numbers[source][heads[source]] = number
                heads[source] += 1
            }
        }
    }

    private func compare(_ a: Int, _ aLabel: Int, _ b: Int, _ bLabel: Int) -> Int {
        let left = LabelIndex.slice(indexes[a].labelEnds, aLabel)
        let right = LabelIndex.slice(indexes[b].labelEnds, bLabel)
        return indexes[a].labelBytes.withUnsafeBytes { aBytes in
            indexes[b].labelBytes.withUnsafeBytes { bBytes in
                let a = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: aBytes[left]))
                return ByteOrder.compare(a, RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: bBytes[right])))
            }
        }
    }

    /// The next series in order: its position in each source that has it, sources in order; nil at the end.
    mutating func advance() -> [(source: Int, position: Int)]? {
        var least: Int?
        for source in indexes.indices where next[source] < indexes[source].seriesCount {
            guard let found = least else {
                least = source
                continue
            }
            if compareSeries(source, found) < 0 { least = source }
        }
        guard let first = least else { return nil }
        var members = [(source: first, position: next[first])]
        for source in (first + 1)..<max(first + 1, indexes.count) where next[source] < indexes[source].seriesCount {
            if compareSeries(source, first) == 0 { members.append((source, next[source])) }
        }
        for member in members { next[member.source] += 1 }
        return members
    }

    private func compareSeries(_ a: Int, _ b: Int) -> Int {
        let left = LabelIndex.slice(indexes[a].seriesEnds, next[a])
        let right = LabelIndex.slice(indexes[b].seriesEnds, next[b])
        for i in 0..<min(left.count, right.count) {
            let x = numbers[a][Int(indexes[a].seriesLabels[left.lowerBound + i])]
            let y = numbers[b][Int(indexes[b].seriesLabels[right.lowerBound + i])]
            if x != y { return x < y ? -1 : 1 }
        }
        return left.count - right.count
    }

    /// Enters a series into the index of the result; returns its position there.
    mutating func keep(_ source: Int, _ position: Int) -> UInt32 {
        for i in LabelIndex.slice(indexes[source].seriesEnds, position) {
            common.seriesLabels.append(numbers[source][Int(indexes[source].seriesLabels[i])])
        }
        common.seriesEnds.append(common.seriesLabels.count)
        return UInt32(truncatingIfNeeded: common.seriesEnds.count - 1)
    }

    /// The index of the series that were kept, without labels that none of them has.
    mutating func finishedIndex() -> LabelIndex {
        var used = [Bool](repeating: false, count: common.labelCount)
        for label in common.seriesLabels { used[Int(label)] = true }
        var index = LabelIndex()
        var numbers = [UInt32](repeating: 0, count: common.labelCount)
        for label in used.indices where used[label] {
            numbers[label] = UInt32(truncatingIfNeeded: index.labelCount)
            index.labelBytes += common.labelBytes[LabelIndex.slice(common.labelEnds, label)]
            index.labelEnds.append(index.labelBytes.count)
        }
        index.seriesLabels = common.seriesLabels.map { numbers[Int($0)] }
        index.seriesEnds = common.seriesEnds
        index.derive()
        return index
    }
}
