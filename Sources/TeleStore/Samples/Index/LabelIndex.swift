internal import TeleModel

/// The index of an unchanging set of series. Labels are sorted by their canonical bytes, so that those of one name lie
/// together; series are lists of label numbers in canonical order, and sorted, which is the order of their canonical
/// bytes (labels are prefix-free); postings tell the series of each label.
struct LabelIndex: Sendable {
    /// Canonical bytes of label `i` at `labelEnds[i-1] ..< labelEnds[i]`.
    var labelBytes: [UInt8] = []
    var labelEnds: [Int] = []
    /// Labels of name `i` at `nameEnds[i-1] ..< nameEnds[i]`.
    var nameEnds: [Int] = []
    /// Labels of series `i` at `seriesEnds[i-1] ..< seriesEnds[i]` of ``seriesLabels``.
    var seriesEnds: [Int] = []
    var seriesLabels: [UInt32] = []
    /// Series of label `i` at `postingEnds[i-1] ..< postingEnds[i]` of ``postings``, ascending.
    private(set) var postingEnds: [Int] = []
    private(set) var postings: [UInt32] = []

    var seriesCount: Int { seriesEnds.count }
    var labelCount: Int { labelEnds.count }
    var byteCount: Int {
        labelBytes.count + (labelEnds.count + nameEnds.count + seriesEnds.count + postingEnds.count) * 8
            + (seriesLabels.count + postings.count) * 4
    }

    @inline(__always)
    static func slice(_ ends: [Int], _ i: Int) -> Range<Int> { (i == 0 ? 0 : ends[i &- 1])..<ends[i] }

    func labelSet(_ series: Int) -> LabelSet {
        let ids = LabelIndex.slice(seriesEnds, series)
        var size = 0
        for i in ids { size &+= LabelIndex.slice(labelEnds, Int(seriesLabels[i])).count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        for i in ids { bytes += labelBytes[LabelIndex.slice(labelEnds, Int(seriesLabels[i]))] }
        return LabelSet(canonical: bytes)
    }

    /// Name and value of a label, as places in ``labelBytes``.
    func parts(_ label: Int) -> (name: Range<Int>, value: Range<Int>) {
        let range = LabelIndex.slice(labelEnds, label)
        var at = range.lowerBound
        let name = LabelSet.textRange(labelBytes.span, &at) ?? range
        let value = LabelSet.textRange(labelBytes.span, &at) ?? range.upperBound..<range.upperBound
        return (name, value)
    }

    func text(_ range: Range<Int>) -> String { String(decoding: labelBytes[range], as: UTF8.self) }

    /// Fills ``nameEnds``, ``postingEnds`` and ``postings`` from the labels and series.
    mutating func derive() {
        nameEnds.removeAll()
        for label in 1..<max(1, labelCount) where !isSameName(label - 1, label) { nameEnds.append(label) }
        if labelCount > 0 { nameEnds.append(labelCount) }

        // Counting sort: each label's count, where each begins, then the series in their order.
        var starts = [Int](repeating: 0, count: labelCount + 1)
        for id in seriesLabels { starts[Int(id) &+ 1] &+= 1 }
        for i in 0..<labelCount { starts[i + 1] &+= starts[i] }
        postingEnds = Array(starts.dropFirst())
        postings = [UInt32](repeating: 0, count: seriesLabels.count)
        for series in 0..<seriesCount {
            for i in LabelIndex.slice(seriesEnds, series) {
                let label = Int(seriesLabels[i])
                postings[starts[label]] = UInt32(truncatingIfNeeded: series)
                starts[label] &+= 1
            }
        }
    }

    private func isSameName(_ a: Int, _ b: Int) -> Bool {
        let bytes = labelBytes.span.bytes
        return ByteOrder.equal(bytes.extracting(parts(a).name), bytes.extracting(parts(b).name))
    }
}
