internal import TeleCodec
internal import TeleDisk
internal import TeleEngine
internal import TeleModel

/// Turns rows into segment files: sorted, cut by day and into blocks, indexed.
struct SegmentBuilder<S: RowSignal> {
    let disk: any Disk
    let root: String
    let nextID: () -> UInt64

    /// Writes the rows of all sources into one segment a day (neighbouring days together where there are many), block
    /// by block. All files are durable when it returns; none is left where it throws. nil where a source is damaged,
    /// which is reported.
    func write(
        _ sources: [RowOrigin<S>], lastSequence: UInt64, replaces: [UInt64]
    ) throws(DiskError) -> [SegmentEntry]? {
        var entries: [SegmentEntry] = []
        do throws(BuildFailure) {
            var pool = try BuildFailure.reading { () throws(SegmentDamage) in try RowPool<S>(sources) }
            let order = pool.keys.order()
            for part in days(pool.keys.times, order) {
                entries.append(try writeOne(&pool, part, lastSequence, replaces))
            }
            return entries
        } catch {
            for entry in entries { try? disk.remove("\(root)/\(entry.path)") }
            switch error {
            case .disk(let error): throw error
            case .source: return nil
            }
        }
    }

    /// Row numbers in storage order, by day of the row's time; a trace may thus lie in two segments.
    private func days(_ times: [UInt64], _ order: [UInt32]) -> [[UInt32]] {
        let day: UInt64 = 86_400_000_000_000
        var counts: [UInt64: Int] = [:]
        let (first, last) = ((times.min() ?? 0) / day, (times.max() ?? 0) / day)
        if first == last { return order.isEmpty ? [] : [order] }
        for time in times { counts[time / day, default: 0] += 1 }
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
        var parts = [[UInt32]](repeating: [], count: part + 1)
        for row in order { parts[partOf[times[Int(row)] / day] ?? 0].append(row) }
        return parts.filter { !$0.isEmpty }
    }

    private func writeOne(
        _ pool: inout RowPool<S>, _ rows: [UInt32], _ lastSequence: UInt64, _ replaces: [UInt64]
    ) throws(BuildFailure) -> SegmentEntry {
        let writer = try BuildFailure.writing { () throws(DiskError) in
            try SegmentWriter(disk: disk, root: root, signal: S.signal, id: nextID())
        }
        do throws(BuildFailure) {
            var traces = TraceIndexBuilder()
            var from = 0
            var number: UInt32 = 0
            while from < rows.count {
                let end = pool.keys.blockEnd(rows, from: from)
                let block: S.Batch
                do throws(SegmentDamage) { block = try pool.take(rows[from..<end]) } catch { throw .source }
                try BuildFailure.writing { () throws(DiskError) in try writer.append(S.encode(block)) }
                S.index(block, block: number, into: &traces)
                number += 1
                from = end
            }
            return try BuildFailure.writing { () throws(DiskError) in
                if S.signal == .spans {
                    let (pages, directory) = traces.finish()
                    try writer.appendSection(SegmentFooter.Kind.tracePages, pages)
                    try writer.appendSection(SegmentFooter.Kind.traceDirectory, directory)
                }
                return try writer.finish(lastSequence: lastSequence, replaces: replaces)
            }
        } catch {
            writer.discard()
            throw error
        }
    }
}

/// Why a segment was not built.
private enum BuildFailure: Error {
    case disk(DiskError)
    /// Reported where it was found.
    case source

    static func writing<Result>(_ body: () throws(DiskError) -> Result) throws(BuildFailure) -> Result {
        do throws(DiskError) { return try body() } catch { throw .disk(error) }
    }

    static func reading<Result>(_ body: () throws(SegmentDamage) -> Result) throws(BuildFailure) -> Result {
        do throws(SegmentDamage) { return try body() } catch { throw .source }
    }
}
