internal import TeleModel

/// Of each cell (a group and step) the `k` greatest, least or first rows: a heap whose root is the one to go. Ties are
/// in the order of arrival, NaN is last. Of the rows only those are remembered that are in some cell.
internal struct PromTop: PromSink {
    internal enum Order {
        case greatest, least
        /// The first to come, histograms included.
        case first
    }

    private struct Kept {
        var labels: LabelSet
        var dropsName: Bool
    }

    private let order: Order
    /// By step.
    private let most: [Int]
    private let steps: Int
    /// Places of a cell; grows up to the greatest `k` as cells fill.
    private var room = 1
    private var counts: [Int32] = []
    private var values: [Double] = []
    private var rows: [Int32] = []
    private var kept: [Int32: Kept] = [:]
    /// Rows that were in use when those that are not were last forgotten.
    private var used = 0
    private var histograms: [Place: NativeHistogram] = [:]

    private struct Place: Hashable {
        var row: Int32
        var step: Int
    }

    internal init(_ order: Order, most: [Int]) {
        self.order = order
        self.most = most
        steps = most.count
    }

    internal var byteCount: Int { counts.count * (4 + room * 12) + kept.count * 256 + histograms.count * 512 }

    internal mutating func grow(groups: Int) {
        let more = groups * steps - counts.count
        guard more > 0 else { return }
        counts.append(contentsOf: repeatElement(0, count: more))
        values.append(contentsOf: repeatElement(0, count: more * room))
        rows.append(contentsOf: repeatElement(0, count: more * room))
    }

    private mutating func widen(_ most: Int) {
        let wider = min(most, room * 2)
        var (newValues, newRows): ([Double], [Int32]) = ([], [])
        newValues.reserveCapacity(counts.count * wider)
        newRows.reserveCapacity(counts.count * wider)
        for cell in counts.indices {
            newValues.append(contentsOf: values[cell * room..<(cell + 1) * room])
            newRows.append(contentsOf: rows[cell * room..<(cell + 1) * room])
            newValues.append(contentsOf: repeatElement(0, count: wider - room))
            newRows.append(contentsOf: repeatElement(0, count: wider - room))
        }
        (values, rows, room) = (newValues, newRows, wider)
    }

    @inline(__always)
    private func precedes(_ x: Double, _ y: Double) -> Bool {
        // Comparisons with NaN are false: a number precedes it, it precedes nothing.
        (order == .greatest ? x > y : x < y) || (y.isNaN && !x.isNaN)
    }

    /// Whether one place of a cell's goes before another.
    private func goesFirst(_ a: Int, _ b: Int) -> Bool {
        if precedes(values[b], values[a]) { return true }
        return !precedes(values[a], values[b]) && rows[a] > rows[b]
    }

    internal mutating func add(
        _ row: borrowing PromRow, _ number: Int, group: Int, labels: borrowing [LabelSet], dropsName: Bool,
        at index: Int
    ) {
        let base = group * steps
        let number = Int32(truncatingIfNeeded: number)
        var isKept = false
        for step in 0..<steps {
            let state = row.state[step]
            if state == PromBlock.absent || state == PromBlock.histogram && order != .first { continue }
            let most = most[step]
            let count = Int(counts[base + step])
            if count == most {
                if most == 0 || order == .first { continue }
                let root = (base + step) * room
                if !precedes(row.values[step], values[root]) { continue }
                (values[root], rows[root]) = (row.values[step], number)
                sink(root, count)
            } else {
                if count == room { widen(self.most.max() ?? 1) }
                let first = (base + step) * room
                (values[first + count], rows[first + count]) = (row.values[step], number)
                counts[base + step] = Int32(truncatingIfNeeded: count + 1)
                if order != .first { rise(first, count) }
                if let histogram = row.histograms[step] { histograms[Place(row: number, step: step)] = histogram }
            }
            isKept = true
        }
        if isKept { kept[number] = Kept(labels: labels[index], dropsName: dropsName) }
    }

    private mutating func rise(_ first: Int, _ from: Int) {
        var at = from
        while at > 0, goesFirst(first + at, first + (at - 1) / 2) {
            exchange(first + at, first + (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    private mutating func sink(_ first: Int, _ count: Int) {
        var at = 0
        while true {
            var next = at * 2 + 1
            if next >= count { return }
            if next + 1 < count, goesFirst(first + next + 1, first + next) { next += 1 }
            if !goesFirst(first + next, first + at) { return }
            exchange(first + next, first + at)
            at = next
        }
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        values.swapAt(a, b)
        rows.swapAt(a, b)
    }

    /// Forgets rows that others have put out of every cell.
    internal mutating func settle() {
        guard order != .first, kept.count > 1024 + used * 2 else { return }
        var inUse: Set<Int32> = []
        for cell in counts.indices {
            for place in 0..<Int(counts[cell]) { inUse.insert(rows[cell * room + place]) }
        }
        kept = kept.filter { inUse.contains($0.key) }
        used = kept.count
    }

    /// The chosen, best first within a group at a single step, else in the order of arrival.
    internal func finish() -> PromBlock {
        var out = PromBlock(steps: steps)
        var targets: [Int32: Int] = [:]
        func target(_ row: Int32, _ out: inout PromBlock) -> Int {
            if let known = targets[row] { return known }
            let labels = kept[row]
            let target = out.addRow(labels?.labels ?? .empty, dropsName: labels?.dropsName ?? false)
            targets[row] = target
            return target
        }
        if steps > 1 {
            var chosen: Set<Int32> = []
            for cell in counts.indices {
                for place in 0..<Int(counts[cell]) { chosen.insert(rows[cell * room + place]) }
            }
            for row in chosen.sorted() { _ = target(row, &out) }
        }
        for cell in counts.indices {
            var places = Array(cell * room..<cell * room + Int(counts[cell]))
            if steps == 1, order != .first { places.sort { goesFirst($1, $0) } }
            for place in places {
                let row = target(rows[place], &out)
                if let histogram = histograms[Place(row: rows[place], step: cell % steps)] {
                    out.set(row, cell % steps, histogram)
                } else {
                    out.set(row, cell % steps, values[place])
                }
            }
        }
        return out
    }
}
