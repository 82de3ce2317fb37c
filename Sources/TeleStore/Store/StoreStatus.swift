/// Something that an operator has to know of.
package enum StoreNotice: Sendable, Equatable {
    /// Found now, and set aside.
    case damaged(StoreDamage)
    /// Appends are refused for want of space, or no longer.
    case diskFull(Bool)
    /// Sealing or merging failed, with the reason; tried again.
    case upkeepFailed(String)
}

/// What the store is doing, for `/ready`, `/metrics` and `telectl status`.
package struct StoreStatus: Sendable, Equatable, SignalIndexed {
    package struct PerSignal: Sendable, Equatable {
        package var segments = 0
        package var segmentBytes: UInt64 = 0
        package var segmentRows: UInt64 = 0
        /// In memory, not in a segment yet.
        package var headRows = 0
        package var headBytes = 0
        /// Records accepted since the start.
        package var appendedRows: UInt64 = 0

        package init() {}
    }

    package var logs = PerSignal()
    package var spans = PerSignal()
    package var samples = PerSignal()
    package var walFiles = 0
    package var walBytes = 0
    /// Of appends that wait for their group commit.
    package var queuedBytes = 0
    package var syncs = 0
    package var syncNanoseconds: UInt64 = 0
    /// Syncs that took at most each of ``syncBounds`` and more than the one before; the last, those that took longer.
    package var syncCounts: [Int] = []
    /// Seconds.
    package static let syncBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
    /// Write-ahead log files that were given up after a failed write or sync.
    package var abandonedWALFiles = 0
    /// Records of the write-ahead log that were replayed at the start.
    package var replayedRecords = 0
    /// Damaged places of the write-ahead log that had been durable, found at the start.
    package var brokenWALPlaces = 0
    /// Bytes of unacknowledged writes that the last crash tore.
    package var tornWALBytes = 0
    package var commits: UInt64 = 0
    package var seals: UInt64 = 0
    package var compactions: UInt64 = 0
    package var droppedSegments: UInt64 = 0
    package var isDiskFull = false
    /// Why sealing or merging last failed, until it succeeds again.
    package var upkeepFailure: String?
    package var damage: [StoreDamage] = []
    package var blockCache = BlockCacheFigures()
    package var isClosing = false

    package init() {}
}
