/// Bounds on what the storage rooms read and hold, each with its reason.
enum StoreLimits {
    /// One record of the write-ahead log: a request of ``Limits/requestBytes`` grows by its columns at most so much.
    static let walRecordBytes = 1 << 30
    /// What one group commit writes at once: more would only make the first waiter wait.
    static let commitBytes = 64 << 20
    /// A manifest: 100 bytes a segment, so some 600,000 segments.
    static let manifestBytes = 64 << 20
    /// One deletion as bytes: room for 100,000 resources, or a query as long as HTTP takes.
    static let deletionBytes = 1 << 20
    /// Deletions in force: each is looked at by every scan of what it may concern.
    static let deletions = 1_000
    /// Deletions that are done and still listed.
    static let doneDeletions = 1_000
    /// How long a deletion can be cancelled, as Loki has it: what it hides is removed from the disk after that.
    static let cancelNanoseconds: UInt64 = 86_400_000_000_000
    /// A segment's footer: block entries, resources, index directory.
    static let footerBytes = 256 << 20
    /// A block as it is on disk: the encoder closes blocks long before.
    static let blockBytes = 256 << 20
    /// Partitions (days) that one seal may open: a batch of absurd times must not open thousands of files.
    static let partitionsPerSeal = 8
    /// Rows of a log or span block: small enough to decode for a few rows, big enough to compress.
    static let blockRows = 16_384
    /// Heap bytes of a block, for the same reasons.
    static let blockHeapBytes = 4 << 20
    /// The same of logs, whose templates are worth more the more rows share them.
    static let logBlockRows = 32_768
    static let logBlockHeapBytes = 8 << 20
    /// Attribute keys of a batch that are looked through for those that make a label.
    static let labelKeys = 4_096
    /// Rows that a scan hands over at once.
    static let scanRows = 4_096
    /// Rows of all inputs of one compaction step: 20 to 40 bytes of sort keys each are held in memory meanwhile.
    static let compactionRows = 1_000_000
    /// Encoded bytes of all inputs of one compaction step.
    static let compactionBytes = 64 << 20
    /// Free space that ingest leaves for sealing and merging, which is how space comes back.
    static let reserveBytes = 64 << 20
}
