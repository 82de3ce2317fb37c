/// Native histograms of a head in order of arrival, as their bytes (``NativeHistogram``), in blocks like the journal's.
struct HistogramRows: Sendable {
    struct Block: Sendable {
        var series: [UInt32] = []
        var times: [Int64] = []
        var ends: [Int] = []
        var bytes: [UInt8] = []

        var count: Int { times.count }
    }

    /// What the first append after a snapshot copies at most, but for one histogram.
    private static let blockBytes = 256 << 10

    private(set) var blocks: [Block] = []
    private(set) var count = 0
    private(set) var byteCount = 0

    mutating func append(series: UInt32, time: Int64, _ histogram: ArraySlice<UInt8>) {
        if blocks.isEmpty || blocks[blocks.count - 1].bytes.count >= HistogramRows.blockBytes { blocks.append(Block()) }
        let last = blocks.count - 1
        blocks[last].series.append(series)
        blocks[last].times.append(time)
        blocks[last].bytes += histogram
        blocks[last].ends.append(blocks[last].bytes.count)
        count += 1
        byteCount += histogram.count + 20
    }

    /// Places of the rows within the time range of the series that have a slot, by slot, in order of arrival.
    func grouped(slots: [UInt32], slotCount: Int, in range: ClosedRange<Int64>) -> [[Place]] {
        guard count > 0 else { return [] }
        var groups = [[Place]](repeating: [], count: slotCount)
        for (number, block) in blocks.enumerated() {
            for row in 0..<block.count {
                let slot = slots[Int(block.series[row])]
                guard slot != SampleJournal.noSlot, range.contains(block.times[row]) else { continue }
                groups[Int(slot)].append(Place(block: number, row: row))
            }
        }
        return groups
    }

    func time(_ place: Place) -> Int64 { blocks[place.block].times[place.row] }
    func bytes(_ place: Place) -> ArraySlice<UInt8> {
        blocks[place.block].bytes[LabelIndex.slice(blocks[place.block].ends, place.row)]
    }

    struct Place: Sendable {
        var block: Int
        var row: Int
    }
}
