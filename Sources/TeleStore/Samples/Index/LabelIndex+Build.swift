extension LabelIndex {
    /// The index of a head's series, and which of them stands at each position.
    static func build(_ table: SeriesTable) -> (index: LabelIndex, order: [UInt32]) {
        let heap = table.labels.bytes
        var sorted = (0..<table.labels.count).map { UInt32(truncatingIfNeeded: $0) }
        sorted.sort { a, b in
            let bytes = heap.span.bytes
            let left = bytes.extracting(table.labels.range(Int(a)))
            return ByteOrder.compare(left, bytes.extracting(table.labels.range(Int(b)))) < 0
        }
        var index = LabelIndex()
        var rank = [UInt32](repeating: 0, count: sorted.count)
        index.labelBytes.reserveCapacity(heap.count)
        for (position, id) in sorted.enumerated() {
            rank[Int(id)] = UInt32(truncatingIfNeeded: position)
            index.labelBytes += heap[table.labels.range(Int(id))]
            index.labelEnds.append(index.labelBytes.count)
        }

        let ranks = table.labelIDs.map { rank[Int($0)] }
        var order = (0..<table.count).map { UInt32(truncatingIfNeeded: $0) }
        order.sort { precedes(ranks.span, table.range(Int($0)), table.range(Int($1))) }
        index.seriesLabels.reserveCapacity(ranks.count)
        for series in order {
            index.seriesLabels += ranks[table.range(Int(series))]
            index.seriesEnds.append(index.seriesLabels.count)
        }
        index.derive()
        return (index, order)
    }

    private static func precedes(_ ranks: borrowing Span<UInt32>, _ a: Range<Int>, _ b: Range<Int>) -> Bool {
        for i in 0..<min(a.count, b.count) {
            let x = ranks[a.lowerBound &+ i]
            let y = ranks[b.lowerBound &+ i]
            if x != y { return x < y }
        }
        return a.count < b.count
    }
}
