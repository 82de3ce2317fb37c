import TeleModel
import TeleTestKit
import Testing

@testable import TeleCodec

/// Parts of columns against the whole.
@Suite struct PlacesTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func aPartOfAColumnIsThatPart(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &+ 7_000)
        let count = 1 + random.below(2_000)
        var values: [UInt64] = []
        var last: UInt64 = 1 << 40
        for _ in 0..<count {
            switch seed % 8 {
            case 0: last = 77
            case 1: last = UInt64(random.below(1 << 20))
            case 2: last = random.next()
            case 3: last &+= UInt64(1_000 + random.below(3))
            case 4: last = UInt64(random.below(5)) << 50
            case 5: if random.chance(0.02) { last = random.next() }
            case 6: last &+= UInt64(random.below(1 << 9))
            default: last = last &* 3 &+ UInt64(random.below(7))
            }
            values.append(last)
        }
        var bytes: [UInt8] = []
        IntColumn.encode(values, into: &bytes)
        bytes.append(0xa5)
        let places = (0..<count).filter { _ in random.chance(seed % 3 == 0 ? 0.9 : 0.02) }
        var reader = ByteReader(bytes.span.bytes)
        #expect(
            try IntColumn.decode(&reader, count: count, places: places) == places.map { values[$0] }, "seed \(seed)")
        #expect(try reader.byte() == 0xa5, "seed \(seed)")
        var skipping = ByteReader(bytes.span.bytes)
        try IntColumn.skip(&skipping, count: count)
        #expect(try skipping.byte() == 0xa5, "seed \(seed)")
    }

    /// Numbers of every width at every place.
    @Test func packedNumbersAreFoundByPlace() {
        var random = SeededGenerator(seed: 11)
        for width in 0...64 {
            let mask = width == 64 ? UInt64.max : (1 << UInt64(width)) - 1
            let values = (0..<67).map { _ in random.next() & mask }
            var packed: [UInt8] = []
            BitPacking.pack(values.span, base: 0, width: width, into: &packed)
            for (place, value) in values.enumerated() {
                #expect(BitPacking.value(packed.span.bytes, at: place, width: width) == value, "width \(width)")
            }
        }
    }

    /// Rows that are read alone, after a search or not, are the rows of the whole block.
    @Test(arguments: 0..<24 as Range<UInt64>)
    func fewRowsAreThoseRows(seed: UInt64) throws {
        var batches = RandomBatches(seed: seed &+ 4_400)
        let batch =
            seed % 2 == 0
            ? batches.logsOfText("GET /api/orders/%d took %d ms in %d", rows: 700) : batches.logs(rows: 500)
        let block = LogBlock.encode(batch)
        let rows = (0..<batch.count).filter { _ in batches.random.chance(0.01) }
        let whole = try LogBlockReader(block.meta) { Array(block.bytes[$0]) }.decode()
        var wanted = LogBatchBuilder()
        wanted.append(whole, rows: rows)
        let expected = wanted.finish()
        let reader = LogBlockReader(block.meta) { Array(block.bytes[$0]) }
        if seed % 3 == 0 { _ = try reader.bodyCandidates([try #require(NeedleMask(Array("api".utf8)))]) }
        for _ in 0..<2 {
            var builder = LogBatchBuilder()
            builder.append(try reader.decode(rows: rows))
            let found = builder.finish()
            #expect(PlacesTests.texts(found) == PlacesTests.texts(expected), "seed \(seed)")
        }
        for row in rows {
            let id = whole.traceID(row)
            let same = (0..<whole.count).filter { whole.traceID($0) == id }
            #expect(try reader.rows(of: id) == same, "seed \(seed): \(id.hex)")
        }
        #expect(try reader.rows(of: TraceID(high: 1, low: 2)).isEmpty)
    }

    private static func texts(_ batch: LogBatch) -> [String] {
        (0..<batch.count).map { row in
            let attributes = batch.attributes.entries(of: row).map { entry in
                let value = batch.attributes.value(at: entry)
                let key = batch.core.heap.string(batch.core.keys[Int(batch.attributes.keys[entry])])
                return
                    "\(key) \(value.kind) \(value.kind.isRange ? batch.core.heap.string(value.range) : "\(value.bits)")"
            }
            let body = batch.bodyValue(row)
            return """
                \(batch.time[row]) \(batch.observed[row]) \(batch.severity[row]) \(batch.core.heap.string(batch.severityText[row]))
                \(body.kind) \(body.kind.isRange ? batch.core.heap.string(body.range) : "\(body.bits)")
                \(batch.traceID(row).hex) \(batch.span[row]) \(batch.flags[row]) \(batch.droppedAttributes[row])
                \(batch.core.heap.string(batch.eventName[row])) \(attributes)
                \(batch.core.resources.fingerprints[Int(batch.resource[row])])
                \(batch.core.scopeFingerprint(Int(batch.scope[row])))
                """
        }
    }
}
