internal import TeleModel
internal import TeleQL

/// The columns that an aggregation fills which folds values: a cell a group and step. Histograms that are to be added
/// are kept until the end: their common resolution is not known before.
internal struct PromFold: PromSink {
    private let operation: PromAggregation
    private let steps: Int
    private(set) var state: [UInt8] = []
    private var sums: [PromSum] = []
    private var means: [PromMean] = []
    private var variances: [PromVariance] = []
    private var values: [Double] = []
    /// By cell.
    internal private(set) var histograms: [Int: [NativeHistogram]] = [:]
    private var histogramCount = 0

    internal init(_ operation: PromAggregation, steps: Int) {
        self.operation = operation
        self.steps = steps
    }

    internal var byteCount: Int { state.count * 64 + histogramCount * 512 }

    internal mutating func grow(groups: Int) {
        let more = groups * steps - state.count
        guard more > 0 else { return }
        state.append(contentsOf: repeatElement(PromBlock.absent, count: more))
        switch operation {
        case .sum: sums.append(contentsOf: repeatElement(PromSum(), count: more))
        case .avg: means.append(contentsOf: repeatElement(PromMean(), count: more))
        case .stddev, .stdvar: variances.append(contentsOf: repeatElement(PromVariance(), count: more))
        default: values.append(contentsOf: repeatElement(0, count: more))
        }
    }

    internal mutating func add(
        _ row: borrowing PromRow, _ number: Int, group: Int, labels: borrowing [LabelSet], dropsName: Bool,
        at index: Int
    ) {
        let base = group * steps
        let rowValues = row.values.span
        let rowState = row.state.span
        // The column is this function's own for the time being.
        var stateColumn: [UInt8] = []
        swap(&stateColumn, &state)
        defer { swap(&stateColumn, &state) }
        switch operation {
        case .sum:
            var sumColumn: [PromSum] = []
            swap(&sumColumn, &sums)
            defer { swap(&sumColumn, &sums) }
            var column = sumColumn.mutableSpan
            var state = stateColumn.mutableSpan
            for step in 0..<rowState.count where rowState[step] == PromBlock.float {
                column[base &+ step].add(rowValues[step])
                state[base &+ step] = PromBlock.float
            }
        case .avg:
            for step in 0..<rowState.count where rowState[step] == PromBlock.float {
                means[base + step].add(rowValues[step])
                stateColumn[base + step] = PromBlock.float
            }
        case .stddev, .stdvar:
            for step in 0..<rowState.count where rowState[step] == PromBlock.float {
                variances[base + step].add(rowValues[step])
                stateColumn[base + step] = PromBlock.float
            }
        case .count, .group:
            for step in 0..<rowState.count where rowState[step] != PromBlock.absent {
                values[base + step] = operation == .count ? values[base + step] + 1 : 1
                stateColumn[base + step] = PromBlock.float
            }
        default:
            let wantsMax = operation == .max
            for step in 0..<rowState.count where rowState[step] == PromBlock.float {
                let (value, now) = (rowValues[step], values[base + step])
                let isFirst = stateColumn[base + step] == PromBlock.absent
                if isFirst || now.isNaN || (wantsMax ? value > now : value < now) { values[base + step] = value }
                stateColumn[base + step] = PromBlock.float
            }
        }
        guard !row.histograms.isEmpty, operation == .sum || operation == .avg else { return }
        for (step, histogram) in row.histograms {
            histograms[base + step, default: []].append(histogram)
            histogramCount += 1
        }
    }

    /// Gives the cells of floats to a block of as many rows as there are groups.
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
