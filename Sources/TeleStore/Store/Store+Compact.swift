internal import TeleDisk
internal import TeleEngine
internal import TeleModel

extension Store {
    /// Merges the small segments of one day into one; false where there is nothing worth it. Readers see either the
    /// inputs or the output; a crash leaves either in the manifest.
    func compact() -> Bool {
        if state.withLock({ $0.isManifestStale }) { return false }
        for signal in Signal.allCases {
            for inputs in candidates(signal) {
                do throws(DiskError) {
                    let added: [SegmentEntry]?
                    switch signal {
                    case .logs: added = try merge(inputs, LogSignal.self)
                    case .spans: added = try merge(inputs, SpanSignal.self)
                    case .samples:
                        let last = inputs.map(\.entry.lastSequence).max() ?? 0
                        added = try writeSamples(
                            inputs.compactMap(\.samples).map { .segment($0) }, lastSequence: last,
                            replaces: inputs.map(\.entry.id)
                        ).map { [$0] }
                    }
                    guard let added else { continue }
                    // Retention is on the same thread: the inputs are still there.
                    publish(Edit(added: added, removed: Set(inputs.map(\.entry.id))))
                    state.withLock { $0.compactions += 1 }
                    return true
                } catch {
                    noteUpkeep(error)
                    return false
                }
            }
        }
        return false
    }

    /// Runs of segments of one day, oldest first, that are small beside what a merge may hold.
    private func candidates(_ signal: Signal) -> [[SegmentReader]] {
        let (segments, deletions) = state.withLock { ($0.segments[signal.index], $0.deletions) }
        let broken = Set(damage.entries.map(\.path))
        var byDay: [UInt64: [SegmentReader]] = [:]
        let limit = UInt64(min(StoreLimits.compactionBytes, options.memoryBudget / 16))
        var run: UInt64 = 0
        for segment in segments.sorted(by: { $0.entry.lastSequence < $1.entry.lastSequence }) {
            // What a full head became (3 to 5 MB) is not small: merging those would encode every record twice.
            let isSmall = segment.entry.bytes < limit / 8 && segment.entry.rows < StoreLimits.compactionRows / 8
            guard isSmall, !broken.contains(segment.entry.path) else {
                run += 1
                continue
            }
            // Samples: neighbours in arrival only, since of two with the same time the later one counts.
            let group = signal == .samples ? run : segment.entry.day
            byDay[group | UInt64(deletions.count(over: segment.entry)) << 32, default: []].append(segment)
        }
        return byDay.sorted { $0.key < $1.key }.compactMap { _, all in
            guard all.count >= max(2, options.compactionInputs) else { return nil }
            var chosen: [SegmentReader] = []
            var bytes: UInt64 = 0
            var rows: UInt64 = 0
            for segment in all {
                if bytes + segment.entry.bytes > limit || rows + segment.entry.rows > StoreLimits.compactionRows {
                    break
                }
                bytes += segment.entry.bytes
                rows += segment.entry.rows
                chosen.append(segment)
            }
            return chosen.count >= 2 ? chosen : nil
        }
    }

    /// nil where an input is damaged: it stays as it is.
    private func merge<S: RowSignal>(_ inputs: [SegmentReader], _: S.Type) throws(DiskError) -> [SegmentEntry]? {
        var sources: [RowOrigin<S>] = []
        for segment in inputs {
            do throws(SegmentDamage) {
                for (index, block) in try segment.footer().blocks.enumerated() {
                    sources.append(.block(segment, block, index: index))
                }
            } catch {
                return nil
            }
        }
        let last = inputs.map(\.entry.lastSequence).max() ?? 0
        return try SegmentBuilder<S>(disk: disk, root: options.path, nextID: nextSegmentID)
            .write(sources, lastSequence: last, replaces: inputs.map(\.entry.id))
    }
}
