/// How a ``Store`` is to work. Sizes are bytes.
package struct StoreOptions: Sendable, SignalIndexed {
    package enum Durability: Sendable, Equatable {
        /// An append returns after a sync that covers it.
        case fsync
        /// An append returns after the write; syncs follow at most a second later.
        case interval
    }

    /// What is kept of one signal; nil is no bound.
    package struct Retention: Sendable, Equatable {
        /// Seconds from a segment's newest record.
        package var seconds: UInt64?
        package var bytes: UInt64?

        package init(seconds: UInt64? = nil, bytes: UInt64? = nil) {
            self.seconds = seconds
            self.bytes = bytes
        }
    }

    /// Who does the work that appends set off.
    package enum Drive: Sendable {
        /// Threads of the store's own.
        case threads
        /// The caller of append, and of ``Store/upkeep(sealAll:)`` for the rest: deterministic, for tests.
        case caller
        /// As ``caller``, but appends wait until ``Store/commitWaiting()``: for tests of groups.
        case manual
    }

    package var path: String
    package var durability = Durability.fsync
    /// Head, footers and requests in flight; beyond it appends throw `.overloaded`.
    package var memoryBudget = 256 << 20
    /// What was decoded of blocks, kept for later queries; see ``Store/share(_:)``. nil: a quarter of the memory budget.
    package var blockCacheBytes: Int?
    package var logs = Retention()
    package var spans = Retention()
    package var samples = Retention()
    /// Unix nanoseconds.
    package var clock: @Sendable () -> UInt64
    /// A write-ahead log file is closed at this size.
    package var walFileBytes = 64 << 20
    /// All heads are sealed when the write-ahead log is bigger: what bounds the replay.
    package var walBytes = 512 << 20
    /// A head is sealed at this size in memory.
    package var sealBytes = 64 << 20
    /// A head is sealed when its oldest batch came so long ago.
    package var sealAge = Duration.seconds(600)
    /// So many small segments of one day are merged.
    package var compactionInputs = 8
    package var drive = Drive.threads
    /// Told of what an operator has to know, when it happens, from whichever thread; must not wait.
    package var notice: @Sendable (StoreNotice) -> Void = { _ in }

    package init(path: String, clock: @escaping @Sendable () -> UInt64) {
        self.path = path
        self.clock = clock
    }

    var cacheBytes: Int { max(0, blockCacheBytes ?? memoryBudget / 4) }

    /// What one group commit writes at once: the bytes are there a second time meanwhile.
    var commitBytes: Int { min(StoreLimits.commitBytes, max(1 << 20, memoryBudget / 32)) }
}

/// Why a store could not be opened. All but ``failed`` are the data folder's fault: exit code 73.
package enum StoreOpenError: Error, Sendable, Equatable, CustomStringConvertible {
    case locked(path: String)
    case notWritable(String)
    case newerFormat(path: String, version: UInt32)
    case failed(String)

    package var description: String {
        switch self {
        case .locked(let path):
            "\(path) is in use by another process; stop it or choose another data folder (--data)"
        case .notWritable(let message): message
        case .newerFormat(let path, let version):
            "\(path) has format version \(version), which is newer than this program; use the program that wrote it "
                + "or choose another data folder (--data); nothing was changed"
        case .failed(let message): message
        }
    }
}
