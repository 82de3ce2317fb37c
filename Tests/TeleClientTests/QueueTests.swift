import TeleTestKit
import Testing

@testable import TeleClient

@Suite struct QueueTests {
    @Test(arguments: 0..<20) func booksAddUp(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var limits = TeleConfiguration.Queue()
        limits.bytes = 4_000
        limits.records = 40
        limits.batchRecords = 1 + random.below(12)
        var queue = ExportQueue(limits: limits)
        var made: UInt64 = 0
        var out = 0
        for _ in 0..<2_000 {
            switch random.below(6) {
            case 0...2:
                let records = 1 + random.below(3)
                made += UInt64(records)
                _ = queue.offer(
                    ExportItem(scope: "s", bytes: [UInt8](repeating: 1, count: random.below(300)), records: records))
            case 3 where out == 0:
                let batch = queue.take()
                out = batch.reduce(0) { $0 + $1.records }
                #expect(batch.count <= limits.batchRecords)
            case 4 where out > 0:
                queue.settle(rejected: UInt64(random.below(out + 3)))
                out = 0
            case 5 where out > 0:
                queue.abandon(.refused)
                out = 0
            default: break
            }
            let books = queue.statistics
            #expect(books.made == made, "seed \(seed)")
            #expect(books.made == books.sent + books.dropped + books.waiting, "seed \(seed)")
            #expect(books.queuedBytes <= limits.bytes && books.queuedBytes >= 0, "seed \(seed)")
            #expect(queue.accepted == queue.settled + books.waiting, "seed \(seed)")
        }
        queue.closeForGood()
        #expect(queue.statistics.made == queue.statistics.sent + queue.statistics.dropped, "seed \(seed)")
        #expect(queue.statistics.waiting == 0 && queue.accepted == queue.settled)
    }

    @Test func orderIsKeptOverManyBatches() {
        var limits = TeleConfiguration.Queue()
        limits.batchRecords = 3
        var queue = ExportQueue(limits: limits)
        var seen: [UInt8] = []
        for i in 0..<200 {
            _ = queue.offer(ExportItem(scope: "s", bytes: [UInt8(i)]))
            if i % 2 == 0 {
                seen += queue.take().flatMap(\.bytes)
                queue.settle(rejected: 0)
            }
        }
        while !queue.isEmpty {
            seen += queue.take().flatMap(\.bytes)
            queue.settle(rejected: 0)
        }
        #expect(seen == (0..<200).map { UInt8($0) })
    }
}
