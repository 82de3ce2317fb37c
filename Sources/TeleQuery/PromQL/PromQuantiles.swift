internal import TeleModel

/// The values of all rows at some steps, for quantiles: as many steps as there is room for. What comes out too large is
/// cut to half of its steps, and whoever feeds it comes back for the rest.
internal struct PromQuantiles: PromSink {
    /// Steps that are worked on together at the end: their values of a row are one line of the processor's cache.
    private static let lane = 8

    private let room: Int
    /// The steps that are kept, from the first one on.
    internal private(set) var steps: Int
    private var values: [Double] = []
    private var state: [UInt8] = []
    private var groups: [Int32] = []

    /// `room`: bytes to stay within, as far as there is more than one step.
    internal init(steps: Int, room: Int) {
        self.steps = steps
        self.room = room
    }

    internal var byteCount: Int { values.count * 9 + groups.count * (4 + PromQuantiles.lane * 8) }

    internal mutating func grow(groups: Int) {}

    internal mutating func add(
        _ row: borrowing PromRow, _ number: Int, group: Int, labels: borrowing [LabelSet], dropsName: Bool,
        at index: Int
    ) {
        values.append(contentsOf: row.values[..<steps])
        state.append(contentsOf: row.state[..<steps])
        groups.append(Int32(truncatingIfNeeded: group))
        if byteCount > room, steps > 1 { halve() }
    }

    private mutating func halve() {
        let fewer = (steps + 1) / 2
        var (newValues, newState): ([Double], [UInt8]) = ([], [])
        newValues.reserveCapacity(groups.count * fewer)
        newState.reserveCapacity(groups.count * fewer)
        for row in groups.indices {
            newValues.append(contentsOf: values[row * steps..<row * steps + fewer])
            newState.append(contentsOf: state[row * steps..<row * steps + fewer])
        }
        (values, state, steps) = (newValues, newState, fewer)
    }

    /// Calls with each group and kept step that has values, and their quantile.
    internal func finish(
        groups count: Int, _ parameters: ArraySlice<Double>, _ body: (_ group: Int, _ step: Int, Double) -> Void
    ) {
        // The values of one group and step lie side by side.
        var starts = [Int](repeating: 0, count: count + 1)
        for group in groups { starts[Int(group) + 1] += 1 }
        for group in 0..<count { starts[group + 1] += starts[group] }
        var sorted = [Double](repeating: 0, count: groups.count * PromQuantiles.lane)
        var ends = [Int](repeating: 0, count: count * PromQuantiles.lane)
        for first in stride(from: 0, to: steps, by: PromQuantiles.lane) {
            let lanes = min(PromQuantiles.lane, steps - first)
            for group in 0..<count {
                for lane in 0..<lanes { ends[lane * count + group] = lane * groups.count + starts[group] }
            }
            for row in groups.indices {
                for lane in 0..<lanes where state[row * steps + first + lane] == PromBlock.float {
                    let end = lane * count + Int(groups[row])
                    sorted[ends[end]] = values[row * steps + first + lane]
                    ends[end] += 1
                }
            }
            for group in 0..<count {
                for lane in 0..<lanes {
                    let low = lane * groups.count + starts[group]
                    let end = ends[lane * count + group]
                    if low == end { continue }
                    let q = parameters[parameters.startIndex + first + lane]
                    body(group, first + lane, PromStatistics.quantile(q, &sorted, low..<end))
                }
            }
        }
    }
}
