internal import TeleModel

/// limit_ratio: the rows whose labels' hash falls into a share of all hashes, a share a step.
internal struct PromShare: PromSink {
    /// By step, -1...1; below 0: the other end of the hashes.
    private let ratios: [Double]
    private var block: PromBlock
    private var groups: [Int] = []

    internal init(_ ratios: [Double]) {
        self.ratios = ratios.map { min(max($0, -1), 1) }
        block = PromBlock(steps: ratios.count)
    }

    internal var byteCount: Int { block.count * (block.steps * 9 + 256) + block.histograms.count * 512 }

    internal mutating func grow(groups: Int) {}

    internal mutating func add(
        _ row: borrowing PromRow, _ number: Int, group: Int, labels: borrowing [LabelSet], dropsName: Bool,
        at index: Int
    ) {
        let bytes = labels[index].bytes
        let share = Double(PromXXHash.of(bytes.span)) / 0x1p64
        func isChosen(_ step: Int) -> Bool {
            ratios[step] >= 0 ? share < ratios[step] : share >= 1 + ratios[step]
        }
        guard ratios.indices.contains(where: isChosen) else { return }
        let first = block.values.count
        block.append(labels[index], dropsName: dropsName, row)
        groups.append(group)
        for step in ratios.indices where !isChosen(step) {
            block.state[first + step] = PromBlock.absent
            block.histograms[first + step] = nil
        }
    }

    /// The chosen; at a single step those of a group side by side.
    internal func finish() -> PromBlock {
        guard block.steps == 1 else { return block.droppingEmptyRows() }
        return block.keeping(groups.indices.sorted { (groups[$0], $0) < (groups[$1], $1) })
    }
}
