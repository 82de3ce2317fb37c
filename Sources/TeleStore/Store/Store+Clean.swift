internal import TeleDisk
internal import TeleEngine
internal import TeleModel

extension Store {
    /// Writes segments anew without what deletions hide, one at a time, and then ends the deletions. A deletion that
    /// concerns a segment which can't be read stays in force. On the merging thread.
    func clean(_ isWanted: (Deletions.Entry) -> Bool) throws(EngineError) {
        let wanted = deletionsLock.withLock { _ in
            state.withLock { state -> Deletions in
                let ids = Set(state.deletions.hiding.filter(isWanted).map(\.tombstone.id))
                // From here on cancelling would bring back a part.
                state.deletions.beginCleaning(ids)
                var wanted = state.deletions
                for entry in state.deletions.entries where !ids.contains(entry.tombstone.id) {
                    wanted.remove(entry.tombstone.id)
                }
                return wanted
            }
        }
        if wanted.entries.isEmpty { return }
        var unfinished: Set<UInt64> = []
        for signal in Signal.allCases where wanted.entries.contains(where: { $0.tombstone.deletion.signal == signal }) {
            let (entries, readers) = state.withLock { state in
                (state.manifest.segments.filter { $0.signal == signal }, state.segments[signal.index])
            }
            for entry in entries where wanted.count(over: entry) > 0 {
                let isClean: Bool
                do throws(DiskError) {
                    isClean =
                        try readers.first { $0.entry.id == entry.id }.map { reader throws(DiskError) in
                            try clean(reader, of: wanted)
                        } ?? false
                } catch {
                    noteUpkeep(error)
                    throw Store.engineError(error)
                }
                if isClean { continue }
                for one in wanted.entries where one.tombstone.deletion.signal == signal {
                    if entry.lastSequence <= one.through { unfinished.insert(one.tombstone.id) }
                }
            }
        }
        refreshManifest()
        if state.withLock({ $0.isManifestStale }) {
            throw .writeFailed(state.withLock { $0.upkeepFailure } ?? "the manifest could not be written")
        }
        let done = Set(wanted.entries.map(\.tombstone.id)).subtracting(unfinished)
        if !done.isEmpty { try changeDeletions { $0.finish(done) } }
    }

    /// False where the segment can't be read whole.
    private func clean(_ reader: SegmentReader, of deletions: Deletions) throws(DiskError) -> Bool {
        let edit: Edit?
        switch reader.entry.signal {
        case .logs: edit = try rewritten(reader, without: deletions.logs)
        case .spans: edit = try rewritten(reader, without: deletions.spans)
        case .samples:
            guard let view = deletions.view(of: reader) else { return false }
            guard let hidesAny = try? view.hidesAny() else { return false }
            if !hidesAny { return true }
            let entry = try writeSamples(
                [.segment(view)], lastSequence: reader.entry.lastSequence, replaces: [reader.entry.id])
            edit = Edit(added: entry.map { [$0] } ?? [], removed: [reader.entry.id])
        }
        guard let edit else { return false }
        if edit.removed.isEmpty { return true }
        // Only now does anything on disk change; the file goes after the manifest that does without it.
        publish(edit)
        return true
    }

    /// What takes a segment's place; an edit that changes nothing where nothing of it is hidden, nil where it can't be
    /// read.
    private func rewritten<S: RowSignal>(
        _ reader: SegmentReader, without exclusions: [RowExclusion<S>]
    ) throws(DiskError) -> Edit? {
        var origins: [RowOrigin<S>] = []
        var hidesAny = false
        do throws(SegmentDamage) {
            for (index, block) in try reader.footer().blocks.enumerated() {
                guard let hidden = try reader.hidden(nil, of: block, by: exclusions) else {
                    origins.append(.block(reader, block, index: index))
                    continue
                }
                hidesAny = true
                let rows = hidden.indices.filter { !hidden[$0] }
                if !rows.isEmpty { origins.append(.some(reader, block, index: index, rows: rows)) }
            }
        } catch {
            reader.report("footer or block", error.message)
            return nil
        }
        if !hidesAny { return Edit() }
        if origins.isEmpty { return Edit(removed: [reader.entry.id]) }
        let added = try SegmentBuilder<S>(disk: disk, root: options.path, nextID: nextSegmentID)
            .write(origins, lastSequence: reader.entry.lastSequence, replaces: [reader.entry.id])
        return added.map { Edit(added: $0, removed: [reader.entry.id]) }
    }
}
