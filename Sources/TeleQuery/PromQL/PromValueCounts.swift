internal import TeleModel

/// count_values: how often each value occurs in a group, a row a value.
internal struct PromValueCounts: PromSink {
    private struct Key: Hashable {
        var group: Int
        /// Of a float; all NaN are one.
        var bits: UInt64
        /// Of a histogram.
        var text: String?
    }

    private let steps: Int
    private var rows: [Key: Int] = [:]
    private var keys: [Key] = []
    /// A row after the other; 0 is absent.
    private var counts: [Double] = []

    internal init(steps: Int) { self.steps = steps }

    internal var byteCount: Int { keys.count * (steps * 17 + 256) }

    internal mutating func grow(groups: Int) {}

    internal mutating func add(
        _ row: borrowing PromRow, _ number: Int, group: Int, labels: borrowing [LabelSet], dropsName: Bool,
        at index: Int
    ) {
        var last: (key: Key, row: Int)?
        for step in 0..<steps where row.state[step] != PromBlock.absent {
            var key = Key(group: group, bits: 0)
            if let histogram = row.histograms[step] {
                key.text = histogram.text
            } else {
                key.bits = (row.values[step].isNaN ? Double.nan : row.values[step]).bitPattern
            }
            let target: Int
            if let last, last.key == key {
                target = last.row
            } else if let known = rows[key] {
                target = known
            } else {
                target = keys.count
                rows[key] = target
                keys.append(key)
                counts.append(contentsOf: repeatElement(0, count: steps))
            }
            last = (key, target)
            counts[target * steps + step] += 1
        }
    }

    /// `groups`: the labels of each; `label`: what the value's text becomes.
    internal func finish(_ groups: [LabelSet], label: String) -> PromBlock {
        var out = PromBlock(steps: steps)
        var targets: [LabelSet: Int] = [:]
        for (index, key) in keys.enumerated() {
            let text = key.text ?? FloatText.string(Double(bitPattern: key.bits))
            let labels = groups[key.group].setting(label, text)
            // The label may be one of those that groups differ by.
            let target = targets[labels] ?? out.addRow(labels, dropsName: false)
            targets[labels] = target
            for step in 0..<steps where counts[index * steps + step] > 0 {
                out.set(target, step, out.values[target * steps + step] + counts[index * steps + step])
            }
        }
        return out
    }
}
