import TeleEngine
import TeleModel
import TeleTestKit
import Testing

/// The naive engine's deletions, by hand: what the store's are held against.
@Suite struct MemoryDeleteTests {
    @Test func hidesWhatWasThereAndNothingThatComesLater() async throws {
        let engine = MemoryEngine()
        var random = SeededGenerator(seed: 1)
        try await engine.append(StoreBatches.logs(&random, numbers: 0..<50))
        var scan = LogScan(time: 0..<UInt64.max)
        scan.conditions = [.bodyContains(Array("n=1".utf8))]
        let tombstone = try engine.delete(.logs(scan), note: "why")
        try await engine.append(StoreBatches.logs(&random, numbers: 100..<101))
        let kept = (0..<50).filter { !"n=\($0)".hasPrefix("n=1") } + [100]
        #expect(try StoreBatches.allLogNumbers(engine.snapshot()).sorted() == kept)
        #expect(engine.tombstones().map(\.note) == ["why"])
        #expect(try engine.cancelDeletion(tombstone.id))
        #expect(try StoreBatches.allLogNumbers(engine.snapshot()).sorted() == Array(0..<50) + [100])
        #expect(try !engine.cancelDeletion(tombstone.id))
        _ = try engine.delete(.logs(scan), note: "")
        try engine.cleanTombstones()
        #expect(engine.tombstones().map(\.state) == [.done])
        #expect(try !engine.cancelDeletion(engine.tombstones()[0].id))
    }
}
