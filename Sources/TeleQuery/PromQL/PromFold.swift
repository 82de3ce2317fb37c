internal import TeleQL

/// The columns that an aggregation of floats fills: a cell a group and step.
internal struct PromFold {
    private let operation: PromAggregation
    private var state: [UInt8]
    private var sums: [PromSum] = []
    private var means: [PromMean] = []
    private var variances: [PromVariance] = []
    private var values: [Double] = []

    internal init(_ operation: PromAggregation, cells: Int) {
        self.operation = operation
        state = []
        grow(to: cells)
    }

    /// Adds empty cells.
    internal mutating func grow(to cells: Int) {
        let more = cells - state.count
        guard more > 0 else { return }
        state.append(contentsOf: repeatElement(PromBlock.absent, count: more))
        switch operation {
        case .sum: sums.append(contentsOf: repeatElement(PromSum(), count: more))
        case .avg: means.append(contentsOf: repeatElement(PromMean(), count: more))
        case .stddev, .stdvar: variances.append(contentsOf: repeatElement(PromVariance(), count: more))
        default: values.append(contentsOf: repeatElement(0, count: more))
        }
    }

    /// Folds a row into the cells from `base` on.
    internal mutating func add(_ row: borrowing PromRow, at base: Int) {
        let steps = row.values.count
        let rowValues = row.values.span
        let rowState = row.state.span
        switch operation {
        case .sum:
            for step in 0..<steps where rowState[step] != PromBlock.absent {
                sums[base + step].add(rowValues[step])
                state[base + step] = PromBlock.float
            }
        case .avg:
            for step in 0..<steps where rowState[step] != PromBlock.absent {
                means[base + step].add(rowValues[step])
                state[base + step] = PromBlock.float
            }
        case .stddev, .stdvar:
            for step in 0..<steps where rowState[step] != PromBlock.absent {
                variances[base + step].add(rowValues[step])
                state[base + step] = PromBlock.float
            }
        case .count, .group:
            for step in 0..<steps where rowState[step] != PromBlock.absent {
                values[base + step] = operation == .count ? values[base + step] + 1 : 1
                state[base + step] = PromBlock.float
            }
        default:
            let wantsMax = operation == .max
            for step in 0..<steps where rowState[step] != PromBlock.absent {
                let (value, now) = (rowValues[step], values[base + step])
                let isFirst = state[base + step] == PromBlock.absent
                if isFirst || now.isNaN || (wantsMax ? value > now : value < now) { values[base + step] = value }
                state[base + step] = PromBlock.float
            }
        }
    }

    /// Gives the cells to a block of as many rows as there are groups.
    internal mutating func finish(_ out: inout PromBlock) {
        out.state = state
        switch operation {
        case .sum: for i in sums.indices { out.values[i] = sums[i].value }
        case .avg: for i in means.indices { out.values[i] = means[i].value }
        case .stdvar: for i in variances.indices { out.values[i] = variances[i].value }
        case .stddev: for i in variances.indices { out.values[i] = variances[i].value.squareRoot() }
        default: out.values = values
        }
    }
}
