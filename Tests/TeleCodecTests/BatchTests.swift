import TeleModel
import TeleTestKit
import Testing

@testable import TeleCodec

@Suite struct BatchTests {
    @Test(arguments: 0..<12 as Range<UInt64>)
    func dumpsRoundTrip(seed: UInt64) throws {
        var batches = RandomBatches(seed: seed)
        let logs = batches.logs(rows: batches.random.below(120))
        var bytes: [UInt8] = []
        BatchDump.encode(logs, into: &bytes)
        let logsBack = try BatchDump.decodeLogs(bytes.span)
        #expect(Plain.rows(logsBack) == Plain.rows(logs))
        let spans = batches.spans(rows: batches.random.below(120))
        bytes = []
        BatchDump.encode(spans, into: &bytes)
        let spansBack = try BatchDump.decodeSpans(bytes.span)
        #expect(Plain.rows(spansBack) == Plain.rows(spans))
    }

    @Test func samplesRoundTrip() throws {
        var random = SeededGenerator(seed: 3)
        var batch = SampleBatch()
        for i in 0..<20 {
            let labels = LabelBytes.make("series\(i)")
            batch.seriesLabels.append(batch.heap.append(labels.span))
            batch.seriesHash.append(Hash64.of(labels))
        }
        for _ in 0..<300 {
            batch.series.append(UInt32(random.below(20)))
            batch.time.append(Int64(bitPattern: random.next()))
            batch.value.append(Double(bitPattern: random.next()))
            batch.started.append(0)
        }
        var bytes: [UInt8] = []
        BatchDump.encode(batch, into: &bytes)
        let back = try BatchDump.decodeSamples(bytes.span)
        #expect(back.series == batch.series && back.time == batch.time && back.started == batch.started)
        #expect(back.value.map(\.bitPattern) == batch.value.map(\.bitPattern))
        #expect(back.heap.bytes == batch.heap.bytes && back.seriesLabels == batch.seriesLabels)
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func sampleDumpsRoundTrip(seed: UInt64) throws {
        let batch = RandomSamples.batch(seed: seed)
        var bytes: [UInt8] = []
        BatchDump.encode(batch, into: &bytes)
        #expect(RandomSamples.lines(try BatchDump.decodeSamples(bytes.span)) == RandomSamples.lines(batch))
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var broken = bytes
            broken[random.below(broken.count)] ^= UInt8(1 << random.below(8))
            if let batch = try? BatchDump.decodeSamples(broken.span) { _ = RandomSamples.lines(batch) }
            #expect(throws: CodecError.self) {
                try BatchDump.decodeSamples(bytes.span.extracting(0..<random.below(bytes.count)))
            }
        }
    }

    /// A request's series differ in little: the log holds no more than that of them.
    @Test func sampleDumpsAreSmall() throws {
        var batch = SampleBatch()
        for i in 0..<500 {
            let labels = LabelSet([
                ("__name__", "http_requests_total"), ("instance", "checkout-1"), ("job", "shop/checkout"),
                ("k8s_pod_name", "checkout-7d9f8c6b5-00001"), ("route", "/api/v1/orders/\(i)"), ("status", "200"),
            ])
            batch.seriesLabels.append(batch.heap.append(labels.bytes))
            batch.seriesHash.append(labels.fingerprint)
            batch.series.append(UInt32(i))
            batch.time.append(1_700_000_000_000)
            batch.value.append(Double(i) * 1.1)
            batch.started.append(1_600_000_000_000)
        }
        var bytes: [UInt8] = []
        BatchDump.encode(batch, into: &bytes)
        #expect(bytes.count < 500 * 20, "\(bytes.count) bytes for 500 samples, \(batch.heap.count) of labels")
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func logBlocksRoundTrip(seed: UInt64) throws {
        var batches = RandomBatches(seed: seed &+ 100)
        let batch = batches.logs(rows: 1 + batches.random.below(400))
        let block = LogBlock.encode(batch)
        let reader = LogBlockReader(block.meta) { Array(block.bytes[$0]) }
        #expect(Plain.rows(try reader.decode()) == Plain.rows(batch))

        let rows = (0..<batch.count).filter { _ in batches.random.chance(0.2) }
        var builder = LogBatchBuilder()
        builder.append(batch, rows: rows)
        let picked = builder.finish()
        #expect(Plain.rows(try reader.decode(rows: rows)) == Plain.rows(picked))
        let plain = Plain.rows(batch)
        #expect(Plain.rows(picked) == rows.map { plain[$0] })

        var narrow = batch
        narrow.body = []
        narrow.bodyKind = []
        narrow.scope = []
        narrow.flags = []
        narrow.attributes = AttributeTable()
        let columns: LogBlock.Columns = [.severity, .ids]
        #expect(Plain.rows(try reader.decode(columns: columns)) == Plain.rows(narrow))

        let keyed = try reader.decode(columns: .attributes, attributeKeys: ["key.1", "absent"])
        for row in 0..<batch.count {
            let wanted = batch.attributes.entries(of: row).filter {
                batch.core.heap.string(batch.core.keys[Int(batch.attributes.keys[$0])]) == "key.1"
            }.map { Plain(core: batch.core).value(batch.attributes.value(at: $0)) }
            let found = keyed.attributes.entries(of: row).map {
                Plain(core: keyed.core).value(keyed.attributes.value(at: $0))
            }
            #expect(found == wanted)
        }
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func spanBlocksRoundTrip(seed: UInt64) throws {
        var batches = RandomBatches(seed: seed &+ 200)
        let batch = batches.spans(rows: 1 + batches.random.below(300))
        let block = SpanBlock.encode(batch)
        let reader = SpanBlockReader(block.meta) { Array(block.bytes[$0]) }
        #expect(Plain.rows(try reader.decode()) == Plain.rows(batch))
        let rows = (0..<batch.count).filter { _ in batches.random.chance(0.2) }
        var builder = SpanBatchBuilder()
        builder.append(batch, rows: rows)
        #expect(Plain.rows(try reader.decode(rows: rows)) == Plain.rows(builder.finish()))
    }

    @Test func buildersMergeByIdentity() throws {
        var batches = RandomBatches(seed: 9)
        let first = batches.logs(rows: 50)
        let second = batches.logs(rows: 60)
        var builder = LogBatchBuilder()
        builder.append(first)
        builder.append(second, rows: 10..<60)
        builder.append(first, rows: [3, 1])
        #expect(builder.count == 102)
        let merged = builder.finish()
        try BatchCheck.validate(merged)
        let a = Plain.rows(first)
        #expect(Plain.rows(merged) == a + Plain.rows(second)[10..<60] + [a[3], a[1]])
        #expect(Set(merged.core.resources.fingerprints).count == merged.core.resources.count)
        #expect(builder.count == 0)
    }

    /// Whatever is done to the bytes: an error, or a batch that keeps every invariant.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func brokenBytesNeverTrap(seed: UInt64) {
        var batches = RandomBatches(seed: seed &+ 300)
        let logs = batches.logs(rows: 40)
        let spans = batches.spans(rows: 40)
        var dump: [UInt8] = []
        BatchDump.encode(logs, into: &dump)
        var spanDump: [UInt8] = []
        BatchDump.encode(spans, into: &spanDump)
        let block = LogBlock.encode(logs)
        let spanBlock = SpanBlock.encode(spans)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let broken = Mutation.apply(dump, &random)
            if let batch = try? BatchDump.decodeLogs(broken.span) { _ = Plain.rows(batch) }
            let brokenSpans = Mutation.apply(spanDump, &random)
            if let batch = try? BatchDump.decodeSpans(brokenSpans.span) { _ = Plain.rows(batch) }
            let flipped = Mutation.flip(block.bytes, &random)
            let reader = LogBlockReader(block.meta) { Array(flipped[$0]) }
            #expect(throws: CodecError.self) { try reader.decode() }
            // Behind a checksum that holds, the decoders are on their own.
            let repaired = Mutation.repair(flipped, block.meta)
            if let batch = try? LogBlockReader(block.meta, source: { Array(repaired[$0]) }).decode() {
                _ = Plain.rows(batch)
            }
            let spanBytes = Mutation.repair(Mutation.flip(spanBlock.bytes, &random), spanBlock.meta)
            if let batch = try? SpanBlockReader(spanBlock.meta, source: { Array(spanBytes[$0]) }).decode() {
                _ = Plain.rows(batch)
            }
        }
    }

    @Test func filtersKnowWhatIsThere() throws {
        var batches = RandomBatches(seed: 77)
        let batch = batches.logs(rows: 300)
        let meta = LogBlock.encode(batch).meta
        for row in 0..<batch.count {
            #expect(meta.mayContain(traceID: batch.traceID(row)))
            let body = batch.bodyValue(row)
            guard body.kind == .string else { continue }
            let text = Array(batch.core.heap[body.range])
            for token in Tokens.required(by: text.span) { #expect(meta.mayContain(token: token)) }
        }
        var hits = 0
        for _ in 0..<1000 {
            let id = TraceID(high: batches.random.next(), low: batches.random.next())
            if meta.mayContain(traceID: id) { hits += 1 }
        }
        #expect(hits < 60)
        #expect(meta.mayContain(attribute: "key.0", text: "404"))
        var bytes: [UInt8] = []
        meta.encode(into: &bytes)
        var reader = ByteReader(bytes.span.bytes)
        let back = try BlockMeta(&reader)
        #expect(back == meta)
    }
}

enum LabelBytes {
    static func make(_ value: String) -> [UInt8] {
        [4] + Array("name".utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }
}
