internal import TeleModel
internal import TeleQL

/// Puts rows into the groups of an aggregation, as they come.
internal struct PromGrouping {
    internal private(set) var groups = PromEvaluator.Groups()
    private let names: [[UInt8]]
    private let without: [[UInt8]]
    private let isWithout: Bool
    private var seen: [LabelSet: Int] = [:]

    internal init(_ aggregate: PromAggregate) {
        names = aggregate.grouping.map { Array($0.utf8) }
        without = names + [Array("__name__".utf8)]
        isWithout = aggregate.isWithout
    }

    /// Enters rows behind those that are there.
    internal mutating func add(_ rows: [LabelSet], _ dropsName: [Bool]) {
        groups.ofRow.reserveCapacity(groups.ofRow.count + rows.count)
        for row in rows.indices {
            var labels = LabelSet.empty
            if isWithout {
                labels = rows[row].removing(without)
            } else if !names.isEmpty {
                labels = rows[row].keeping(names)
            }
            // Neighbours are often of one group.
            if let last = groups.ofRow.last, groups.labels[last] == labels {
                groups.ofRow.append(last)
            } else if let known = seen[labels] {
                groups.ofRow.append(known)
            } else {
                seen[labels] = groups.labels.count
                groups.ofRow.append(groups.labels.count)
                groups.labels.append(labels)
                groups.dropsName.append(false)
            }
            if dropsName[row] { groups.dropsName[groups.ofRow[groups.ofRow.count - 1]] = true }
        }
    }

    /// Forgets which rows there were, but not the groups.
    internal mutating func forgetRows() { groups.ofRow.removeAll(keepingCapacity: true) }
}
