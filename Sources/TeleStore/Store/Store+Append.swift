internal import TeleCodec
internal import TeleDisk
package import TeleEngine
package import TeleModel

extension Store {
    package func append(_ batch: LogBatch) async throws(EngineError) {
        if batch.count == 0 { return }
        try Store.check { () throws(CodecError) in try BatchCheck.validate(batch) }
        guard batch.isComplete else { throw .badBatch("a log batch with columns left out can't be stored") }
        var payload: [UInt8] = []
        BatchDump.encode(batch, into: &payload)
        try await enqueue(.logs, .logs(HeadBatch(batch)), payload)
    }

    package func append(_ batch: SpanBatch) async throws(EngineError) {
        if batch.count == 0 { return }
        try Store.check { () throws(CodecError) in try BatchCheck.validate(batch) }
        guard batch.isComplete else { throw .badBatch("a span batch with columns left out can't be stored") }
        var payload: [UInt8] = []
        BatchDump.encode(batch, into: &payload)
        try await enqueue(.spans, .spans(HeadBatch(batch)), payload)
    }

    package func append(_ batch: SampleBatch) async throws(EngineError) {
        if batch.count == 0, batch.exemplarTime.isEmpty, batch.metadataName.isEmpty { return }
        try Store.check { () throws(CodecError) in try BatchCheck.validate(batch) }
        try SampleHead.check(batch)
        var payload: [UInt8] = []
        BatchDump.encode(batch, into: &payload)
        try await enqueue(.samples, .samples(batch), payload)
    }

    private static func check(_ validate: () throws(CodecError) -> Void) throws(EngineError) {
        do throws(CodecError) { try validate() } catch { throw .badBatch("\(error)") }
    }

    private func enqueue(
        _ signal: Signal, _ content: PendingAppend.Content, _ payload: [UInt8]
    ) async throws(EngineError) {
        guard payload.count <= StoreLimits.walRecordBytes else {
            throw .badBatch("the batch is too large to be stored")
        }
        let sum = Checksum.crc32(payload)
        let headBytes = state.withLock { $0.headBytes }
        let failure: EngineError? = await withCheckedContinuation { continuation in
            let pending = PendingAppend(signal: signal, content: content, payload: payload, payloadSum: sum) {
                continuation.resume(returning: $0)
            }
            let refusal = queue.update { queue -> EngineError? in
                if queue.isClosing { return .notReady("the server is stopping") }
                // Dump and batch are both in memory until the commit.
                if headBytes + (queue.bytes + payload.count) * 2 > options.memoryBudget, headBytes + queue.bytes > 0 {
                    return .overloaded
                }
                queue.waiting.append(pending)
                queue.bytes += payload.count
                return nil
            }
            if let refusal { continuation.resume(returning: refusal) }
            if refusal == nil, options.drive == .caller { commitWaiting() }
        }
        if failure == .overloaded { requestUpkeep() }
        if let failure { throw failure }
    }

    /// Waits for appends and commits a group; false once the queue is closed and empty. On the writer's thread.
    func commitNext() -> Bool {
        awaitSeal()
        let group = queue.wait(atMost: .seconds(1)) { queue -> [PendingAppend]? in
            queue.waiting.isEmpty && !queue.isClosing ? nil : queue.take(options.commitBytes)
        }
        guard let group else {
            syncInterval()
            requestUpkeep()
            return true
        }
        if group.isEmpty { return false }
        commit(group)
        syncInterval()
        requestUpkeep()
        return true
    }

    /// Where appends come faster than heads are sealed, they wait for the seal: at most two heads are in memory. Not for
    /// long, since a seal may hang on the disk: then the memory budget refuses.
    private func awaitSeal() {
        let limit = sealBytes
        let isBehind = state.withLock { state in
            (state.logs.sealing != nil && state.logs.head.bytes > limit)
                || (state.spans.sealing != nil && state.spans.head.bytes > limit)
                || (state.samples.sealing != nil && state.samples.head.byteCount > limit)
        }
        if isBehind { _ = upkeepFlags.wait(atMost: .seconds(1)) { $0.isSealing ? nil : true } }
    }

    /// Commits the first group of what waits, on the caller's thread.
    func commitWaiting() {
        let group = queue.withLock { $0.take(options.commitBytes) }
        if !group.isEmpty { commit(group) }
    }

    /// Writes and syncs the group as one, applies it to the heads, and answers who waits.
    func commit(_ group: [PendingAppend]) {
        let failure: EngineError? = log.withLock { log in
            if !hasRoom() { return .diskFull }
            var records: [WriteAheadLog.Record] = []
            for pending in group {
                records.append(
                    WriteAheadLog.Record(
                        sequence: log.nextSequence, signal: pending.signal, payload: pending.payload,
                        payloadSum: pending.payloadSum))
                log.nextSequence += 1
            }
            do throws(DiskError) {
                try log.wal.append(records, sync: options.durability == .fsync)
            } catch {
                log.wantsSeal = log.wantsSeal || log.wal.hasLostSync
                let overview = log.wal.overview
                state.withLock { $0.wal = overview }
                return Store.engineError(error)
            }
            apply(group, sequences: records.map(\.sequence), log.wal.overview)
            return nil
        }
        note(diskFull: failure == .diskFull)
        for pending in group { pending.finish(failure) }
        if failure == nil { mergeSmallBatches() }
    }

    static func engineError(_ error: DiskError) -> EngineError {
        error.code == .noSpace ? .diskFull : .writeFailed(error.description)
    }

    /// Leaves what sealing needs: segments are how the write-ahead log's space comes back.
    private func hasRoom() -> Bool {
        guard let space = try? disk.space(options.path) else { return true }
        return space.free >= min(StoreLimits.reserveBytes, space.total / 20)
    }

    private func apply(_ group: [PendingAppend], sequences: [UInt64], _ overview: WriteAheadLog.Overview) {
        state.withLock { state in
            state.wal = overview
            for (pending, sequence) in zip(group, sequences) { Store.apply(pending.content, sequence, to: &state) }
            state.commits += 1
        }
    }

    static func apply(_ content: PendingAppend.Content, _ sequence: UInt64, to state: inout StoreState) {
        switch content {
        case .logs(let batch):
            state.logs.head.append(batch, sequence: sequence)
            state.appendedRows[Signal.logs.index] += UInt64(batch.rows)
        case .spans(let batch):
            state.spans.head.append(batch, sequence: sequence)
            state.appendedRows[Signal.spans.index] += UInt64(batch.rows)
        case .samples(let batch):
            // Checked before it was queued: it can't be refused here.
            try? state.samples.append(batch, sequence: sequence)
            state.appendedRows[Signal.samples.index] += UInt64(batch.count)
        }
    }

    /// Many small requests become few batches, outside of the lock.
    func mergeSmallBatches() {
        let (logs, spans) = state.withLock { ($0.logs.head.mergeable, $0.spans.head.mergeable) }
        if !logs.isEmpty {
            let merged = RowHead<LogSignal>.merge(logs)
            state.withLock { state in _ = state.logs.head.replace(logs, with: merged) }
        }
        if !spans.isEmpty {
            let merged = RowHead<SpanSignal>.merge(spans)
            state.withLock { state in _ = state.spans.head.replace(spans, with: merged) }
        }
    }

    /// Durability `interval`: what was written is synced at most a second later.
    func syncInterval() {
        guard options.durability == .interval else { return }
        log.withLock { log in
            guard log.wal.hasUnsynced else { return }
            do throws(DiskError) {
                try log.wal.syncNow()
            } catch {
                log.wantsSeal = true
                damage.report(path: "wal", part: "sync", message: error.description)
            }
        }
    }
}
