internal import TeleCodec
internal import TeleDisk
internal import TeleEngine
internal import TeleModel

/// Turns rows into segment files: sorted, cut by day and into blocks, indexed.
struct SegmentBuilder<S: RowSignal> {
    let disk: any Disk
    let root: String
    let nextID: () -> UInt64

    /// Writes the rows of a batch into one segment a day (neighbouring days together where there are many). All files
    /// are durable when it returns; none is left where it throws.
    func write(_ batch: S.Batch, lastSequence: UInt64, replaces: [UInt64]) throws(DiskError) -> [SegmentEntry] {
        var entries: [SegmentEntry] = []
        let order = S.storageOrder(batch)
        do throws(DiskError) {
            for part in days(batch, order) {
                entries.append(try writeOne(batch, part, lastSequence, replaces))
            }
        } catch {
            for entry in entries { try? disk.remove("\(root)/\(entry.path)") }
            throw error
        }
        return entries
    }

    /// Row numbers in storage order, by day of the row's time; a trace may thus lie in two segments.
    private func days(_ batch: S.Batch, _ order: [Int]) -> [[Int]] {
        let times = S.times(batch)
        let day: UInt64 = 86_400_000_000_000
        var counts: [UInt64: Int] = [:]
        for time in times { counts[time / day, default: 0] += 1 }
        if counts.count == 1 { return [order] }
        // With more days than a seal may open files, parts of about equal rows.
        let target = counts.count <= StoreLimits.partitionsPerSeal ? 1 : times.count / StoreLimits.partitionsPerSeal
        var partOf: [UInt64: Int] = [:]
        var part = 0
        var filled = 0
        for (day, count) in counts.sorted(by: { $0.key < $1.key }) {
            partOf[day] = part
            filled += count
            if filled >= target, part < StoreLimits.partitionsPerSeal - 1 {
                part += 1
                filled = 0
            }
        }
        var parts = [[Int]](repeating: [], count: part + 1)
        for row in order { parts[partOf[times[row] / day] ?? 0].append(row) }
        return parts.filter { !$0.isEmpty }
    }

    private func writeOne(
        _ batch: S.Batch, _ rows: [Int], _ lastSequence: UInt64, _ replaces: [UInt64]
    ) throws(DiskError) -> SegmentEntry {
        let writer = try SegmentWriter(disk: disk, root: root, signal: S.signal, id: nextID())
        do throws(DiskError) {
            var traces = TraceIndexBuilder()
            var from = 0
            var number: UInt32 = 0
            while from < rows.count {
                var builder = S.Builder()
                let end = S.blockEnd(batch, rows, from: from)
                builder.append(batch, rows: Array(rows[from..<end]))
                let block = builder.finish()
                try writer.append(S.encode(block))
                S.index(block, block: number, into: &traces)
                number += 1
                from = end
            }
            if S.signal == .spans {
                let (pages, directory) = traces.finish()
                try writer.appendSection(SegmentFooter.Kind.tracePages, pages)
                try writer.appendSection(SegmentFooter.Kind.traceDirectory, directory)
            }
            return try writer.finish(lastSequence: lastSequence, replaces: replaces)
        } catch {
            writer.discard()
            throw error
        }
    }
}
