import TeleModel
import TeleTestKit
import Testing

@testable import TeleCodec

@Suite struct SearchTests {
    /// Whatever a body has in it is found without the body being rebuilt: in the block's filter and by its templates.
    @Test(arguments: 0..<24 as Range<UInt64>)
    func candidatesMissNothing(seed: UInt64) throws {
        var batches = RandomBatches(seed: seed &+ 900)
        var batch = batches.logs(rows: 1 + batches.random.below(300))
        let isPlain = seed % 2 == 0
        let isDictionary = seed % 3 == 0
        var texts: [ByteRange] = []
        for row in 0..<batch.count where isPlain {
            if texts.count < 5 || !isDictionary { texts.append(batches.text(&batch.core.heap)) }
            batch.bodyKind[row] = ValueKind.string.rawValue
            batch.body[row] = texts[batches.random.below(texts.count)].packed
        }
        let block = LogBlock.encode(batch)
        let reader = LogBlockReader(block.meta) { Array(block.bytes[$0]) }
        let bodies = (0..<batch.count).map { row -> [UInt8]? in
            let value = batch.bodyValue(row)
            return value.kind == .string ? Array(batch.core.heap[value.range]) : nil
        }
        for _ in 0..<60 {
            var needle = Array(batches.random.word(1 + batches.random.below(9)).utf8)
            if batches.random.chance(0.8), let body = bodies[batches.random.below(bodies.count)], !body.isEmpty {
                let start = batches.random.below(body.count)
                needle = Array(body[start...].prefix(1 + batches.random.below(90)))
            }
            let found = Set(try reader.bodyCandidates([try #require(NeedleMask(needle))]))
            for (row, body) in bodies.enumerated() {
                guard let body, !SearchTests.contains(body, needle) else {
                    #expect(found.contains(row), "seed \(seed): row \(row) has \(needle)")
                    #expect(body == nil || block.meta.mayContain(within: needle), "seed \(seed): \(needle)")
                    continue
                }
            }
        }
    }

    @Test func strangersAreRuledOut() throws {
        var batch = RandomBatches(seed: 5).logsOfText("GET /api/orders/%d -> 200 in %d ms", rows: 500)
        batch.eventName = [ByteRange](repeating: .empty, count: batch.count)
        let block = LogBlock.encode(batch)
        let reader = LogBlockReader(block.meta) { Array(block.bytes[$0]) }
        for absent in ["zanzibarq", "api/users", "orders/x", "-> 200 on", "9 x"] {
            let needle = Array(absent.utf8)
            #expect(try reader.bodyCandidates([try #require(NeedleMask(needle))]).isEmpty, "\(absent)")
        }
        #expect(!block.meta.mayContain(within: Array("qqxyzzyqq".utf8)))
        #expect(block.meta.mayContain(within: Array("ORDERS/7".utf8)))
        let all = try #require(NeedleMask(Array("orders/".utf8)))
        #expect(try reader.bodyCandidates([all]).count == batch.count)
    }

    private static func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
        guard text.count >= needle.count else { return false }
        return (0...text.count - needle.count).contains { text[$0..<$0 + needle.count].elementsEqual(needle) }
    }
}

extension RandomBatches {
    /// Logs with one string body each: the format with a random number in every place of `%d`.
    func logsOfText(_ format: String, rows: Int) -> LogBatch {
        var copy = self
        var batch = copy.logs(rows: rows)
        for row in 0..<rows {
            var text: [UInt8] = []
            var bytes = Array(format.utf8)[...]
            while let byte = bytes.popFirst() {
                if byte == UInt8(ascii: "%") {
                    bytes.removeFirst()
                    text.append(contentsOf: String(copy.random.below(100_000)).utf8)
                } else {
                    text.append(byte)
                }
            }
            batch.bodyKind[row] = ValueKind.string.rawValue
            batch.body[row] = batch.core.heap.append(text.span).packed
        }
        return batch
    }
}
