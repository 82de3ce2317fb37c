internal import TeleCodec
internal import TeleDisk
internal import TeleEngine
internal import TeleModel

extension Store {
    /// Turns a signal's head into published segments. False where it failed: the head stays visible and in the
    /// write-ahead log, and the next attempt takes it again. One at a time a signal.
    @discardableResult
    func seal(_ signal: Signal) -> Bool {
        // Segments are written only next to a manifest that is up to date.
        refreshManifest()
        if state.withLock({ $0.isManifestStale }) { return false }
        do throws(DiskError) {
            switch signal {
            case .logs:
                if let frozen = state.withLock({ $0.logs.freeze() }) { publish(try sealed(frozen)) }
            case .spans:
                if let frozen = state.withLock({ $0.spans.freeze() }) { publish(try sealed(frozen)) }
            case .samples:
                if let (head, sequence) = state.withLock({ $0.samples.freeze() }) {
                    let entry = try writeSamples([.head(head.snapshot())], lastSequence: sequence, replaces: [])
                    publish(Edit(added: entry.map { [$0] } ?? [], sealed: (.samples, sequence)))
                }
            }
            noteUpkeep(nil)
            return true
        } catch {
            noteUpkeep(error)
            return false
        }
    }

    private func sealed<S: RowSignal>(_ frozen: RowHead<S>) throws(DiskError) -> Edit {
        let entries = try SegmentBuilder<S>(disk: disk, root: options.path, nextID: nextSegmentID)
            .write(frozen.batches.map { .batch($0.batch) }, lastSequence: frozen.lastSequence, replaces: [])
        // Batches in memory are never damaged.
        guard let entries else { throw DiskError(.io, "seal", S.signal.folder) }
        return Edit(added: entries, sealed: (S.signal, frozen.lastSequence))
    }

    /// One samples segment of all sources, old to new; nil where they hold no sample.
    func writeSamples(
        _ sources: [SampleSource], lastSequence: UInt64, replaces: [UInt64]
    ) throws(DiskError) -> SegmentEntry? {
        let writer = try SegmentWriter(disk: disk, root: options.path, signal: .samples, id: nextSegmentID())
        let failure = Guarded<DiskError?>(nil)
        let summary: SampleSegmentSummary
        do throws(EngineError) {
            summary = try SampleSegmentMerger.merge(sources) { bytes throws(EngineError) in
                do throws(DiskError) {
                    try writer.appendOwn(bytes)
                } catch {
                    failure.withLock { $0 = error }
                    throw Store.engineError(error)
                }
            }
        } catch {
            writer.discard()
            throw failure.withLock { $0 } ?? DiskError(.io, "read the samples of", "\(error)")
        }
        do throws(DiskError) {
            writer.closeOwnSection(SegmentFooter.Kind.samples)
            writer.setCoverage(
                rows: summary.sampleCount, minTime: UInt64(bitPattern: min(summary.minTime, summary.maxTime)),
                maxTime: UInt64(
                    bitPattern: summary.sampleCount == 0
                        ? Int64(clamping: options.clock() / 1_000_000) : summary.maxTime))
            return try writer.finish(lastSequence: lastSequence, replaces: replaces)
        } catch {
            writer.discard()
            throw error
        }
    }

    func noteUpkeep(_ failure: DiskError?) {
        let isNew = state.withLock { state in
            defer { state.upkeepFailure = failure?.description }
            return state.upkeepFailure == nil
        }
        if failure?.code == .noSpace { note(diskFull: true) }
        if let failure, isNew { options.notice(.upkeepFailed(failure.description)) }
    }

    func note(diskFull isFull: Bool) {
        let hasChanged = state.withLock { state in
            defer { state.isDiskFull = isFull }
            return state.isDiskFull != isFull
        }
        if hasChanged { options.notice(.diskFull(isFull)) }
    }
}
