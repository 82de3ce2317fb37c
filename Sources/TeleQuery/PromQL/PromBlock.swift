package import TeleModel

/// Series over the steps of a query, by columns: row `r` has at step `i` the value `values[r * steps + i]`, if
/// `state` says that there is one.
package struct PromBlock: Sendable {
    package static let absent: UInt8 = 0
    package static let float: UInt8 = 1
    package static let histogram: UInt8 = 2

    package var steps: Int
    package var labels: [LabelSet] = []
    /// The metric name goes when the query is done (names are dropped late, so that functions can still use them).
    package var dropsName: [Bool] = []
    package var values: [Double] = []
    package var state: [UInt8] = []
    /// By index into `values`, where the state is `histogram`.
    package var histograms: [Int: NativeHistogram] = [:]

    package init(steps: Int) { self.steps = steps }

    package var count: Int { labels.count }

    /// Adds an empty row and gives its number.
    package mutating func addRow(_ labels: LabelSet, dropsName: Bool) -> Int {
        self.labels.append(labels)
        self.dropsName.append(dropsName)
        values.append(contentsOf: repeatElement(0, count: steps))
        state.append(contentsOf: repeatElement(PromBlock.absent, count: steps))
        return count - 1
    }

    internal mutating func reserve(rows: Int) {
        labels.reserveCapacity(rows)
        dropsName.reserveCapacity(rows)
        values.reserveCapacity(rows * steps)
        state.reserveCapacity(rows * steps)
    }

    internal mutating func append(_ labels: LabelSet, dropsName: Bool, _ row: borrowing PromRow) {
        self.labels.append(labels)
        self.dropsName.append(dropsName)
        if !row.histograms.isEmpty {
            for (step, histogram) in row.histograms { histograms[values.count + step] = histogram }
        }
        values.append(contentsOf: row.values)
        state.append(contentsOf: row.state)
    }

    internal mutating func set(_ row: Int, _ step: Int, _ value: Double) {
        values[row * steps + step] = value
        state[row * steps + step] = PromBlock.float
    }

    internal mutating func set(_ row: Int, _ step: Int, _ value: NativeHistogram) {
        histograms[row * steps + step] = value
        state[row * steps + step] = PromBlock.histogram
    }

    internal func isEmpty(row: Int) -> Bool {
        for i in row * steps..<(row + 1) * steps where state[i] != PromBlock.absent { return false }
        return true
    }

    /// The rows that have a value somewhere, in the order given.
    internal func keeping(_ rows: some Sequence<Int>) -> PromBlock {
        var out = PromBlock(steps: steps)
        for row in rows where !isEmpty(row: row) { out.append(self, row) }
        return out
    }

    /// Without its empty rows; most blocks have none, and are given back as they are.
    internal func droppingEmptyRows() -> PromBlock {
        for row in 0..<count where isEmpty(row: row) { return keeping(0..<count) }
        return self
    }

    internal mutating func append(_ other: PromBlock, _ row: Int) {
        labels.append(other.labels[row])
        dropsName.append(other.dropsName[row])
        let range = row * steps..<(row + 1) * steps
        if !other.histograms.isEmpty {
            for i in range where other.state[i] == PromBlock.histogram {
                histograms[values.count + i - range.lowerBound] = other.histograms[i]
            }
        }
        values.append(contentsOf: other.values[range])
        state.append(contentsOf: other.state[range])
    }

    /// Drops the names that are due, and joins rows whose labels are now equal; nil where two of them have a value at
    /// the same step.
    internal func droppingNames() -> PromBlock? {
        if !dropsName.contains(true) { return self }
        var out = self
        for row in 0..<count where dropsName[row] {
            out.labels[row] = labels[row].removingName()
            out.dropsName[row] = false
        }
        return out.joiningEqualRows()
    }

    internal func joiningEqualRows() -> PromBlock? {
        var seen: [LabelSet: Int] = [:]
        var out = PromBlock(steps: steps)
        for row in 0..<count {
            guard let known = seen[labels[row]] else {
                seen[labels[row]] = out.count
                out.append(self, row)
                continue
            }
            for step in 0..<steps where state[row * steps + step] != PromBlock.absent {
                if out.state[known * steps + step] != PromBlock.absent { return nil }
                if let histogram = histograms[row * steps + step] {
                    out.set(known, step, histogram)
                } else {
                    out.set(known, step, values[row * steps + step])
                }
            }
        }
        return out
    }
}

/// The steps of a query, unix milliseconds.
package struct PromGrid: Sendable, Equatable {
    package var start: Int64
    package var step: Int64
    package var count: Int

    package func time(_ i: Int) -> Int64 { start &+ Int64(i) &* step }
    package var end: Int64 { time(max(0, count - 1)) }

    package init(start: Int64, step: Int64, count: Int) {
        self.start = start
        self.step = step
        self.count = count
    }
}

/// What an expression gives over a grid.
internal enum PromValue {
    case scalar([Double])
    case vector(PromBlock)
    case string(String)
}
