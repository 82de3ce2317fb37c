internal import TeleEngine
internal import TeleModel

/// The deletions of a store, and what readers need of them.
struct Deletions: Sendable {
    struct Entry: Sendable {
        var tombstone: Tombstone
        /// The last write-ahead log record of its signal that it may concern.
        var through: UInt64
        /// Part of what it hides may be gone from the disk: it can't be cancelled any more.
        var isCleaning = false

        var isHiding: Bool { tombstone.state == .hiding }
    }

    /// Rises with every attempt to write the file.
    var generation: UInt64 = 0
    private(set) var nextID: UInt64 = 1
    /// By id.
    private(set) var entries: [Entry] = []
    private(set) var logs: [RowExclusion<LogSignal>] = []
    private(set) var spans: [RowExclusion<SpanSignal>] = []
    private(set) var samples: [SampleExclusion] = []

    init() {}

    init(generation: UInt64, nextID: UInt64, entries: [Entry]) {
        self.generation = generation
        self.nextID = nextID
        self.entries = entries
        compile()
    }

    var hiding: [Entry] { entries.filter(\.isHiding) }

    mutating func add(_ deletion: Deletion, note: String, created: UInt64, through: UInt64) -> Tombstone {
        let tombstone = Tombstone(id: nextID, created: created, deletion: deletion, note: note)
        nextID += 1
        entries.append(Entry(tombstone: tombstone, through: through))
        compile()
        return tombstone
    }

    mutating func remove(_ id: UInt64) {
        entries.removeAll { $0.tombstone.id == id }
        compile()
    }

    mutating func beginCleaning(_ ids: Set<UInt64>) {
        for i in entries.indices where ids.contains(entries[i].tombstone.id) { entries[i].isCleaning = true }
    }

    /// What these hid is gone from the disk. Of all that are done the last ones are remembered.
    mutating func finish(_ ids: Set<UInt64>) {
        for i in entries.indices where ids.contains(entries[i].tombstone.id) { entries[i].tombstone.state = .done }
        let done = entries.filter { !$0.isHiding }.map(\.tombstone.id)
        let forgotten = Set(done.dropLast(StoreLimits.doneDeletions))
        entries.removeAll { forgotten.contains($0.tombstone.id) }
        compile()
    }

    /// How many deletions concern a segment. Segments are merged with their like only: a merge of what came before a
    /// deletion with what came after it would be hidden whole or not at all.
    func count(over entry: SegmentEntry) -> Int {
        switch entry.signal {
        case .logs: logs.count { entry.lastSequence <= $0.through }
        case .spans: spans.count { entry.lastSequence <= $0.through }
        case .samples: samples.count { entry.lastSequence <= $0.through }
        }
    }

    /// A samples segment as queries see it.
    func view(of segment: SegmentReader) -> SampleSegmentReader? {
        if samples.isEmpty { return segment.samples }
        return segment.samples?.excluding(
            samples.filter { segment.entry.lastSequence <= $0.through }.map(\.selection))
    }

    private mutating func compile() {
        (logs, spans, samples) = ([], [], [])
        for entry in entries where entry.isHiding {
            switch entry.tombstone.deletion {
            case .logs(let scan): logs.append(RowExclusion(scan, through: entry.through))
            case .spans(let scan): spans.append(RowExclusion(scan, through: entry.through))
            case .samples(let selection):
                samples.append(SampleExclusion(through: entry.through, selection: selection))
            }
        }
    }
}
