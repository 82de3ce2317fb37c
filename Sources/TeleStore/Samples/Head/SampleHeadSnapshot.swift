internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// A head as it was at one moment. Safe from several threads at once.
package struct SampleHeadSnapshot: Sendable {
    let head: SampleHead
    private let pin = HeadIndexPin()

    init(_ head: SampleHead) { self.head = head }

    package var minTime: Int64 { head.minTime }
    package var maxTime: Int64 { head.maxTime }
    package var sampleCount: Int { head.sampleCount }
    package var seriesCount: Int { head.seriesCount }
    package var isEmpty: Bool { head.isEmpty }
    package var byteCount: Int { head.byteCount }

    /// The same one at every call: positions refer to it.
    var headIndex: HeadIndex { pin.index { head.indexes.index(of: head.table) } }

    func pass(over positions: [Int], in range: ClosedRange<Int64>) -> HeadPass {
        HeadPass(head, headIndex, positions, range)
    }
}

/// A reading pass over chosen series of a head.
final class HeadPass {
    private let head: SampleHead
    private let series: [UInt32]
    private let range: ClosedRange<Int64>
    private let journal: SampleJournal.Groups
    private let histogramPlaces: [[HistogramRows.Place]]

    init(_ head: SampleHead, _ index: HeadIndex, _ positions: [Int], _ range: ClosedRange<Int64>) {
        self.head = head
        self.range = range
        series = positions.map { index.order[$0] }
        var slots = [UInt32](repeating: SampleJournal.noSlot, count: index.order.count)
        for (slot, id) in series.enumerated() { slots[Int(id)] = UInt32(truncatingIfNeeded: slot) }
        journal = head.journal.grouped(slots: slots.span, slotCount: series.count, in: range)
        histogramPlaces = head.histograms.grouped(slots: slots, slotCount: series.count, in: range)
    }

    /// Appends the samples of a chosen series in order of arrival; returns how many were looked at.
    func samples(
        _ slot: Int, _ decoder: inout SampleChunk.Decoder, _ times: inout [Int64], _ values: inout [Double]
    ) throws(CodecError) -> Int {
        var rows = 0
        for run in head.runs { rows += try run.read(Int(series[slot]), in: range, &decoder, &times, &values) }
        let recent = journal.rows(slot)
        if !recent.isEmpty {
            times += journal.columns.times[recent]
            values += journal.columns.values[recent]
        }
        return rows + recent.count
    }

    func starts(_ slot: Int, _ changes: inout [StartTimes.Change]) {
        head.starts.read(Int(series[slot]), into: &changes)
    }

    func histograms(_ slot: Int, _ rows: inout HistogramColumns) {
        guard !histogramPlaces.isEmpty else { return }
        for place in histogramPlaces[slot] { rows.append(head.histograms.time(place), head.histograms.bytes(place)) }
    }
}
