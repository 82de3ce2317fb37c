internal import Synchronization
package import TeleEngine
internal import TeleModel

/// What happened to a ``MemoryEngine``, so that a cancelled deletion can be left out of it.
internal struct MemoryHistory: Sendable {
    internal enum Event: Sendable {
        case append(@Sendable (inout MemorySnapshot) -> Void)
        case delete(UInt64, Deletion)
    }

    private var events: [Event] = []
    internal private(set) var now = MemorySnapshot()
    internal private(set) var tombstones: [Tombstone] = []

    internal init() {}

    internal mutating func append(_ change: @escaping @Sendable (inout MemorySnapshot) -> Void) {
        events.append(.append(change))
        change(&now)
    }

    internal mutating func delete(_ deletion: Deletion, note: String) -> Tombstone {
        let id = (tombstones.last?.id ?? 0) + 1
        events.append(.delete(id, deletion))
        now.delete(deletion)
        tombstones.append(Tombstone(id: id, created: id, deletion: deletion, note: note))
        return tombstones[tombstones.count - 1]
    }

    /// From the beginning, without it.
    internal mutating func cancel(_ id: UInt64) -> Bool {
        guard let index = tombstones.firstIndex(where: { $0.id == id && $0.state == .hiding }) else { return false }
        tombstones.remove(at: index)
        events.removeAll { event in
            if case .delete(id, _) = event { return true }
            return false
        }
        now = MemorySnapshot()
        for event in events {
            switch event {
            case .append(let change): change(&now)
            case .delete(_, let deletion): now.delete(deletion)
            }
        }
        return true
    }

    internal mutating func clean() {
        let now = now
        events = [.append { $0 = now }]
        for index in tombstones.indices { tombstones[index].state = .done }
    }
}

extension MemoryEngine {
    package func delete(_ deletion: Deletion, note: String) throws(EngineError) -> Tombstone {
        state.withLock { $0.delete(deletion, note: note) }
    }

    package func tombstones() -> [Tombstone] { state.withLock { $0.tombstones } }
    package func cancelDeletion(_ id: UInt64) throws(EngineError) -> Bool { state.withLock { $0.cancel(id) } }
    package func cleanTombstones() throws(EngineError) { state.withLock { $0.clean() } }
}

extension MemorySnapshot {
    internal mutating func delete(_ deletion: Deletion) {
        switch deletion {
        case .logs(let scan):
            logs = logs.map { batch in
                batch.picking((0..<batch.count).filter { !MemorySnapshot.isDeleted(scan, batch, $0) })
            }
            .filter { $0.count > 0 }
        case .spans(let scan):
            spans = spans.map { batch in
                batch.picking((0..<batch.count).filter { !MemorySnapshot.isDeleted(scan, batch, $0) })
            }
            .filter { $0.count > 0 }
        case .samples(let selection):
            for labels in series.keys
            where selection.matchers.allSatisfy({ $0.accepts(labels[$0.name] ?? "") }) {
                series[labels]?.delete(selection.time)
            }
        }
    }

    private static func isDeleted(_ scan: LogScan, _ batch: LogBatch, _ row: Int) -> Bool {
        guard scan.time.contains(batch.timestamp(row)) else { return false }
        let fingerprint = batch.core.resources.fingerprints[Int(batch.resource[row])]
        if let wanted = scan.resources, !wanted.contains(fingerprint) { return false }
        let isText = batch.bodyKind[row] == ValueKind.string.rawValue
        return scan.conditions.allSatisfy { (isText || !$0.needsTextBody) && $0.decided.holds(batch, row) }
    }

    private static func isDeleted(_ scan: SpanScan, _ batch: SpanBatch, _ row: Int) -> Bool {
        guard scan.time.contains(batch.start[row]) else { return false }
        let fingerprint = batch.core.resources.fingerprints[Int(batch.resource[row])]
        if let wanted = scan.resources, !wanted.contains(fingerprint) { return false }
        return scan.conditions.allSatisfy { $0.decided.holds(batch, row) }
    }
}

extension MemorySnapshot.Series {
    internal mutating func delete(_ time: ClosedRange<Int64>) {
        for key in samples.keys.filter(time.contains) { samples[key] = nil }
        for key in histograms.keys.filter(time.contains) { histograms[key] = nil }
        exemplars.removeAll { time.contains($0.time) }
    }
}
