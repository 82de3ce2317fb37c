/// Float samples of a head in order of arrival, in blocks: a snapshot shares the blocks, and only the one that is
/// being filled is copied when the next sample comes.
struct SampleJournal: Sendable {
    struct Block: Sendable {
        var series: [UInt32] = []
        var times: [Int64] = []
        var values: [Double] = []

        var count: Int { times.count }
    }

    /// 160 KiB a block: what the first append after a snapshot copies.
    static let blockRows = 8192
    static let rowBytes = 20

    private(set) var blocks: [Block] = []
    private(set) var count = 0

    var byteCount: Int { blocks.count * SampleJournal.blockRows * SampleJournal.rowBytes }

    /// Appends samples; `ids` gives the head's series for each of the batch's. All columns have been checked.
    mutating func append(
        series: borrowing Span<UInt32>, times: borrowing Span<Int64>, values: borrowing Span<Double>,
        ids: [UInt32]
    ) {
        var row = 0
        while row < times.count {
            if blocks.isEmpty || blocks[blocks.count - 1].count == SampleJournal.blockRows { addBlock() }
            let last = blocks.count - 1
            var block = Block()
            swap(&block, &blocks[last])
            let end = min(times.count, row + SampleJournal.blockRows - block.count)
            for i in row..<end {
                block.series.append(ids[Int(series[i])])
                block.times.append(times[i])
                block.values.append(values[i])
            }
            swap(&block, &blocks[last])
            count += end - row
            row = end
        }
    }

    private mutating func addBlock() {
        var block = Block()
        block.series.reserveCapacity(SampleJournal.blockRows)
        block.times.reserveCapacity(SampleJournal.blockRows)
        block.values.reserveCapacity(SampleJournal.blockRows)
        blocks.append(block)
    }

    /// The rows within the time range of the series that have a slot (`noSlot` where not), grouped by slot, in order
    /// of arrival within each: slot `i` has the rows `ends[i-1] ..< ends[i]`.
    func grouped(slots: borrowing Span<UInt32>, slotCount: Int, in range: ClosedRange<Int64>) -> Groups {
        var starts = [Int](repeating: 0, count: slotCount + 1)
        for block in blocks {
            for row in 0..<block.count {
                let slot = slots[Int(block.series[row])]
                if slot != SampleJournal.noSlot, range.contains(block.times[row]) { starts[Int(slot) &+ 1] &+= 1 }
            }
        }
        for i in 0..<slotCount { starts[i + 1] &+= starts[i] }
        var groups = Groups()
        groups.ends = Array(starts.dropFirst())
        let total = starts[slotCount]
        guard total > 0 else { return groups }
        groups.columns.times = [Int64](repeating: 0, count: total)
        groups.columns.values = [Double](repeating: 0, count: total)
        for block in blocks {
            for row in 0..<block.count {
                let slot = slots[Int(block.series[row])]
                guard slot != SampleJournal.noSlot, range.contains(block.times[row]) else { continue }
                let place = starts[Int(slot)]
                starts[Int(slot)] = place &+ 1
                groups.columns.times[place] = block.times[row]
                groups.columns.values[place] = block.values[row]
            }
        }
        return groups
    }

    static let noSlot = UInt32.max

    struct Groups: Sendable {
        var ends: [Int] = []
        var columns = SampleColumns()

        func rows(_ slot: Int) -> Range<Int> { (slot == 0 ? 0 : ends[slot - 1])..<ends[slot] }
    }
}
