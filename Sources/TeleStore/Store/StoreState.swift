internal import TeleEngine
internal import TeleModel

/// Heads and segments: what a snapshot copies and a publication changes, under one lock, so that a reader sees each
/// record exactly once.
struct StoreState {
    var logs = SignalState<LogSignal>()
    var spans = SignalState<SpanSignal>()
    var samples = SampleState()
    /// By ``Signal/index``, oldest first. Broken ones are not among them.
    var segments: [[SegmentReader]] = [[], [], []]
    var manifest = Manifest()
    var deletions = Deletions()
    /// By ``Signal/index``; what may change while the store runs.
    var retention: [StoreOptions.Retention] = []
    var appendedRows: [UInt64] = [0, 0, 0]
    var wal = WriteAheadLog.Overview()
    var commits: UInt64 = 0
    var seals: UInt64 = 0
    var compactions: UInt64 = 0
    var droppedSegments: UInt64 = 0
    var isDiskFull = false
    var isClosing = false
    var upkeepFailure: String?
    var replayedRecords = 0
    var brokenWALPlaces = 0
    var tornWALBytes = 0
    /// The manifest on disk is not this one: nothing may be removed until it is.
    var isManifestStale = false
    /// Files that no manifest names any more, to be removed once the manifest on disk says so too.
    var garbage: [String] = []

    var headBytes: Int { logs.bytes + spans.bytes + samples.bytes }

    func isEmpty(_ signal: Signal) -> Bool {
        switch signal {
        case .logs: logs.isEmpty
        case .spans: spans.isEmpty
        case .samples: samples.isEmpty
        }
    }

    /// Whether a head waits to become segments.
    func isSealing(_ signal: Signal) -> Bool {
        switch signal {
        case .logs: logs.sealing != nil
        case .spans: spans.sealing != nil
        case .samples: samples.sealing != nil
        }
    }

    /// Records of the write-ahead log up to here are not needed any more.
    func releasable(next: UInt64) -> UInt64 {
        var through = next &- 1
        for signal in Signal.allCases where !isEmpty(signal) {
            through = min(through, manifest.sealedThrough[signal.index])
        }
        return through
    }
}

/// The head that takes appends, and the one that is being sealed: visible until its segments are.
struct SignalState<S: RowSignal> {
    var head = RowHead<S>()
    var sealing: RowHead<S>?

    var isEmpty: Bool { head.isEmpty && sealing == nil }
    var bytes: Int { head.bytes + (sealing?.bytes ?? 0) }
    var rows: Int { head.rows + (sealing?.rows ?? 0) }
    /// Oldest first.
    var batches: [HeadBatch<S>] { (sealing?.batches ?? []) + head.batches }

    /// Moves the head aside for sealing; gives what is to be sealed, of an earlier attempt where that failed.
    mutating func freeze() -> RowHead<S>? {
        if sealing == nil, !head.isEmpty {
            sealing = head
            head = RowHead()
        }
        return sealing
    }
}

struct SampleState {
    var head = SampleHead()
    var lastSequence: UInt64 = 0
    var since: ContinuousClock.Instant?
    var sealing: SampleHead?
    var sealingSequence: UInt64 = 0

    var isEmpty: Bool { head.isEmpty && sealing == nil }
    var bytes: Int { (head.isEmpty ? 0 : head.byteCount) + (sealing?.byteCount ?? 0) }
    var rows: Int { head.sampleCount + (sealing?.sampleCount ?? 0) }

    mutating func append(_ batch: SampleBatch, sequence: UInt64) throws(EngineError) {
        try head.append(checked: batch)
        if since == nil { since = .now }
        lastSequence = sequence
    }

    mutating func freeze() -> (SampleHead, UInt64)? {
        if sealing == nil, !head.isEmpty {
            sealing = head
            sealingSequence = lastSequence
            head = SampleHead()
            since = nil
        }
        return sealing.map { ($0, sealingSequence) }
    }
}
