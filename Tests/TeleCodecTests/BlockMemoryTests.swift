import Synchronization
import TeleCodec
import TeleModel
import TeleTestKit
import Testing

/// What readers of one block keep for each other changes nothing of what they read.
@Suite struct BlockMemoryTests {
    private final class Memory: BlockMemory {
        private let parts = Mutex<[BlockPart: any Sendable]>([:])
        private let bytes = Mutex(0)
        var heldBytes: Int { bytes.withLock { $0 } }
        var held: [BlockPart] { parts.withLock { Array($0.keys) } }

        func value<Value: Sendable>(_ part: BlockPart, as type: Value.Type) -> Value? {
            parts.withLock { $0[part] } as? Value
        }

        func keep(_ value: some Sendable, bytes size: Int, _ part: BlockPart) {
            parts.withLock { $0[part] = value }
            bytes.withLock { $0 += size }
        }
    }

    @Test(arguments: 0..<30 as Range<UInt64>) func keptPartsReadTheSame(seed: UInt64) throws {
        var batches = RandomBatches(seed: seed &+ 900)
        var batch =
            seed % 2 == 0
            ? batches.logsOfText("GET /api/orders/%d took %d ms in %d", rows: 600) : batches.logs(rows: 400)
        if seed % 5 == 0 { for row in 0..<batch.count where batches.random.chance(0.1) { batch.time[row] = 0 } }
        let block = LogBlock.encode(batch)
        let memory = Memory()
        let picked = (0..<batch.count).filter { _ in batches.random.chance(0.05) }
        let needle = try #require(NeedleMask(Array("orders".utf8)))
        for round in 0..<3 {
            for rows in [nil, picked] as [[Int]?] {
                let columns: LogBlock.Columns = round == 1 ? [.body, .ids] : .all
                let plain = LogBlockReader(block.meta) { Array(block.bytes[$0]) }
                let keeping = LogBlockReader(block.meta, memory: memory) { Array(block.bytes[$0]) }
                #expect(try keeping.bodyCandidates([needle]) == plain.bodyCandidates([needle]), "seed \(seed)")
                let (expected, found) = (
                    try plain.decode(columns: columns, rows: rows), try keeping.decode(columns: columns, rows: rows)
                )
                #expect(found.time == expected.time, "seed \(seed)")
                #expect(found.resource == expected.resource, "seed \(seed)")
                #expect(found.traceHigh == expected.traceHigh && found.traceLow == expected.traceLow, "seed \(seed)")
                #expect(found.span == expected.span, "seed \(seed)")
                #expect(found.bodyKind == expected.bodyKind, "seed \(seed)")
                for row in 0..<found.count {
                    #expect(found.timestamp(row) == expected.timestamp(row), "seed \(seed) row \(row)")
                    #expect(LokiMapping.line(found, row: row) == LokiMapping.line(expected, row: row), "seed \(seed)")
                }
                if columns == .all { #expect(found.observed == expected.observed, "seed \(seed)") }
            }
        }
        #expect(Set(memory.held).isSuperset(of: [.logTimes, .traceRows]))
        #expect(memory.heldBytes > batch.count * 12)
    }

    /// Whoever wants few rows of a block a second time reads none of its pages again.
    @Test func fewRowsAreReadOnce() throws {
        var batches = RandomBatches(seed: 3)
        let block = LogBlock.encode(batches.logs(rows: 300))
        let memory = Memory()
        var reads: [Int] = []
        for rows in [[5, 17], [5, 17], [80]] {
            var count = 0
            let reader = LogBlockReader(block.meta, memory: memory) {
                count += 1
                return Array(block.bytes[$0])
            }
            #expect(try reader.decode(rows: rows).count == rows.count)
            reads.append(count)
        }
        #expect(reads[0] > 3 && reads[1] == 0 && reads[2] < reads[0], "\(reads)")
    }

    /// The templates of bodies are those of the texts, whatever encoding they are kept in.
    @Test(arguments: 0..<20 as Range<UInt64>) func templatesAreThoseOfTheTexts(seed: UInt64) throws {
        var batches = RandomBatches(seed: seed &+ 50)
        let batch =
            switch seed % 3 {
            case 0: batches.logsOfText("GET /api/orders/%d took %d ms of a1b2c3d%d", rows: 500)
            case 1: batches.logsOfText("the same line with %d", rows: 1)
            default: batches.logs(rows: 300)
            }
        let block = LogBlock.encode(batch)
        let reader = LogBlockReader(block.meta) { Array(block.bytes[$0]) }
        guard let found = try reader.bodyTemplates() else { return #expect(seed % 3 == 2) }
        let whole = try reader.decode()
        let expected = BodyTemplates((0..<whole.count).map { whole.bodyValue($0).range }, whole.core.heap)
        #expect(found.codes.count == whole.count)
        for row in 0..<whole.count {
            let mine = found.text[found.range(of: Int(found.codes[row]))]
            let theirs = expected.text[expected.range(of: Int(expected.codes[row]))]
            #expect(mine == theirs, "seed \(seed) row \(row)")
        }
    }
}
