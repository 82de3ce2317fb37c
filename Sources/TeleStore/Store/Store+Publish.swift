internal import TeleDisk

extension Store {
    /// A change of what is stored.
    struct Edit {
        var added: [SegmentEntry] = []
        var removed: Set<UInt64> = []
        /// With it the head that was being sealed goes.
        var sealed: (signal: Signal, through: UInt64)?
    }

    /// Puts an edit in force: readers see it at once and whole; then the manifest is written, and only after that are
    /// files removed that it does not name. Where writing fails, both the old manifest on disk and the new one in
    /// memory describe what is there, and the next upkeep tries again.
    ///
    /// Segments that can't be opened again are reported and left out of what readers see.
    func publish(_ edit: Edit) {
        manifestLock.withLock { _ in
            let opened = edit.added.compactMap { open($0) }
            state.withLock { state in
                state.manifest.generation += 1
                var gone: [String] = []
                state.manifest.segments.removeAll { entry in
                    guard edit.removed.contains(entry.id) else { return false }
                    gone.append("\(options.path)/\(entry.path)")
                    return true
                }
                state.garbage += gone
                state.manifest.segments += edit.added
                for signal in Signal.allCases {
                    state.segments[signal.index].removeAll { edit.removed.contains($0.entry.id) }
                    state.segments[signal.index] += opened.filter { $0.entry.signal == signal }
                }
                if let (signal, through) = edit.sealed {
                    let index = signal.index
                    state.manifest.sealedThrough[index] = max(state.manifest.sealedThrough[index], through)
                    switch signal {
                    case .logs: state.logs.sealing = nil
                    case .spans: state.spans.sealing = nil
                    case .samples: state.samples.sealing = nil
                    }
                    state.seals += 1
                }
                state.isManifestStale = true
            }
            storeManifest()
        }
        for id in edit.removed { footers.drop(id) }
        releaseLog(all: false)
    }

    /// Tries to bring the manifest on disk up to date; with ``manifestLock`` held.
    private func storeManifest() {
        let (manifest, garbage) = state.withLock { ($0.manifest, $0.garbage) }
        do throws(DiskError) {
            try TwinFile<Manifest>(disk: disk, folder: options.path).store(manifest)
        } catch {
            state.withLock { $0.upkeepFailure = error.description }
            return
        }
        state.withLock { state in
            state.isManifestStale = false
            state.garbage.removeFirst(garbage.count)
        }
        // What stays behind is removed at the next start.
        for path in garbage { try? disk.remove(path) }
    }

    /// Writes the manifest where an earlier attempt failed.
    func refreshManifest() {
        guard state.withLock({ $0.isManifestStale }) else { return }
        manifestLock.withLock { _ in storeManifest() }
        releaseLog(all: false)
    }

    /// Removes write-ahead log files whose records are in published segments.
    func releaseLog(all: Bool) {
        log.withLock { log in
            let through: UInt64? = state.withLock { state in
                state.isManifestStale ? nil : state.releasable(next: log.nextSequence)
            }
            if let through { log.wal.release(through: through, all: all) }
            let overview = log.wal.overview
            state.withLock { $0.wal = overview }
        }
    }

    /// An id for a new segment; given out once.
    func nextSegmentID() -> UInt64 {
        state.withLock { state in
            state.manifest.nextSegment += 1
            return state.manifest.nextSegment - 1
        }
    }

    /// Opens a published segment; nil, and reported, where it is damaged.
    func open(_ entry: SegmentEntry) -> SegmentReader? {
        SegmentReader.open(entry, disk: disk, root: options.path, cache: footers, damage: damage)
    }
}

extension SegmentReader {
    static func open(
        _ entry: SegmentEntry, disk: any Disk, root: String, cache: FooterCache, damage: DamageLog
    ) -> SegmentReader? {
        do throws(DiskError) {
            let file = try disk.open("\(root)/\(entry.path)")
            do throws(SegmentDamage) {
                return try SegmentReader(entry: entry, file: file, cache: cache, damage: damage)
            } catch {
                damage.report(entry, part: "file", error)
            }
        } catch {
            damage.report(entry, part: "file", SegmentDamage(error.description))
        }
        return nil
    }
}
