import TeleCodec
import TeleModel
import TeleTestKit

/// Reads a block of logs with each bit of its directory flipped.
enum DirectoryFlips {
    /// Reads that gave something else than the undamaged block does.
    static func wrongReads() -> Int {
        var random = SeededGenerator(seed: 7)
        let block = LogBlock.encode(StoreBatches.logs(&random, numbers: 0..<12))
        let good = reads(block.bytes, block.meta)
        var wrong = 0
        for bit in block.meta.directoryOffset * 8..<block.bytes.count * 8 {
            var bytes = block.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            for (read, expected) in zip(reads(bytes, block.meta), good) where read != nil && read != expected {
                wrong += 1
            }
        }
        return wrong
    }

    /// What each narrow read gives; nil where it is refused.
    private static func reads(_ bytes: [UInt8], _ meta: BlockMeta) -> [UInt64?] {
        let columns: [LogBlock.Columns] = [.body, .severity, .ids, .scope, .rest]
        let reads = columns.map { digest(bytes, meta, $0, nil) }
        return reads + [["status"], ["route"]].map { digest(bytes, meta, .attributes, $0) }
    }

    private static func digest(
        _ bytes: [UInt8], _ meta: BlockMeta, _ columns: LogBlock.Columns, _ keys: [String]?
    ) -> UInt64? {
        let reader = LogBlockReader(meta) { range throws(CodecError) in Array(bytes[range]) }
        guard let batch = try? reader.decode(columns: columns, attributeKeys: keys, rows: nil) else { return nil }
        var print: UInt64 = 0
        func fold(_ words: [UInt64]) { for word in words { print = Hash64.combine(print, word) } }
        func text(_ range: ByteRange) -> UInt64 { Hash64.of(batch.core.heap.bytes.span.extracting(range.range)) }
        fold(batch.time + batch.observed + batch.traceHigh + batch.traceLow + batch.span)
        fold((batch.severity + batch.flags.map(Int32.init)).map { UInt64(truncatingIfNeeded: $0) })
        fold((batch.severityText + batch.eventName).map(text))
        fold(batch.body.map { text(ByteRange(packed: $0)) } + batch.scope.map(UInt64.init))
        for row in 0..<batch.attributes.ownerCount {
            for entry in batch.attributes.entries(of: row) {
                let value = batch.attributes.value(at: entry)
                let key = text(batch.core.keys[Int(batch.attributes.keys[entry])])
                fold([UInt64(row), key, value.kind.isRange ? text(value.range) : value.bits])
            }
        }
        return print
    }
}
