internal import TeleModel

/// A batch of the head, with what scans prune by.
final class HeadBatch<S: RowSignal>: Sendable {
    let batch: S.Batch
    let minTime: UInt64
    let maxTime: UInt64
    let rows: Int
    let bytes: Int

    init(_ batch: S.Batch) {
        self.batch = batch
        let times = S.times(batch)
        minTime = times.min() ?? .max
        maxTime = times.max() ?? 0
        rows = times.count
        bytes = S.byteCount(batch) + 200
    }
}

/// What was appended and is not in a segment yet, in the order of arrival. Copies are cheap: batches are shared.
struct RowHead<S: RowSignal> {
    private(set) var batches: [HeadBatch<S>] = []
    private(set) var rows = 0
    private(set) var bytes = 0
    private(set) var lastSequence: UInt64 = 0
    /// When the first batch came.
    private(set) var since: ContinuousClock.Instant?
    /// Small batches are merged up to this size.
    private static var mergeRows: Int { 4_096 }

    var isEmpty: Bool { batches.isEmpty }

    mutating func append(_ batch: HeadBatch<S>, sequence: UInt64) {
        if since == nil { since = .now }
        batches.append(batch)
        rows += batch.rows
        bytes += batch.bytes
        lastSequence = sequence
    }

    /// The trailing batches that are worth merging into one: neighbours of like size, so that each row is copied a
    /// logarithmic number of times. At least two, or none.
    var mergeable: ArraySlice<HeadBatch<S>> {
        var start = batches.count
        var total = 0
        while start > 0 {
            let candidate = batches[start - 1]
            if total + candidate.rows > RowHead.mergeRows || (total > 0 && candidate.rows > 2 * total) { break }
            total += candidate.rows
            start -= 1
        }
        let tail = batches[start...]
        return tail.count >= 2 ? tail : []
    }

    /// Puts the merged batch in place of the ones at the end; false where the end is not them any more.
    mutating func replace(_ tail: ArraySlice<HeadBatch<S>>, with merged: HeadBatch<S>) -> Bool {
        guard batches.count >= tail.count, zip(batches.suffix(tail.count), tail).allSatisfy({ $0 === $1 }) else {
            return false
        }
        for batch in tail { bytes -= batch.bytes }
        batches.removeLast(tail.count)
        batches.append(merged)
        bytes += merged.bytes
        return true
    }

    static func merge(_ tail: ArraySlice<HeadBatch<S>>) -> HeadBatch<S> {
        var builder = S.Builder()
        for batch in tail { builder.append(batch.batch) }
        return HeadBatch(builder.finish())
    }
}
