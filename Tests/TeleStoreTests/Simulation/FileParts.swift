import TeleCodec
import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit

@testable import TeleStore

/// A part of a file that one checksum covers, and the records that go with it.
struct FilePart {
    var range: Range<Int>
    /// As `StoreDamage/part` may name it.
    var names: Set<String>
    var numbers: [Signal: Set<Int>] = [:]
    var isLogRecord = false

    func isNamed(_ part: String) -> Bool {
        if names.contains(part) { return true }
        // Of a samples segment: a place within it.
        guard part.hasPrefix("samples at "), let offset = Int(part.dropFirst(11)) else { return false }
        return range.contains(SegmentFormat.headerBytes + offset)
    }

    var name: String { names.sorted().joined(separator: "/") }
}

/// Takes undamaged files apart, with the engine's own readers.
enum FileParts {
    static func read(_ path: String, on disk: FaultyDisk, root: String) -> [FilePart] {
        if path.hasPrefix("wal/") { return log(disk.contents("\(root)/\(path)") ?? []) }
        if path.hasSuffix(".seg") { return (try? segment(path, disk, root)) ?? [] }
        return []
    }

    private static func log(_ bytes: [UInt8]) -> [FilePart] {
        var parts: [FilePart] = []
        var at = WALFormat.fileHeaderBytes
        while let header = WALFormat.RecordHeader(bytes.span, at: at) {
            let start = at + WALFormat.recordHeaderBytes
            let end = start + header.length
            guard end <= bytes.count else { break }
            var part = FilePart(range: at..<end, names: ["records"])
            part.isLogRecord = true
            part.numbers[header.signal] = numbers(header.signal, Array(bytes[start..<end]))
            parts.append(part)
            at = end
        }
        return parts
    }

    private static func numbers(_ signal: Signal, _ payload: [UInt8]) -> Set<Int> {
        switch signal {
        case .logs: (try? BatchDump.decodeLogs(payload.span)).map(numbers) ?? []
        case .spans: (try? BatchDump.decodeSpans(payload.span)).map(numbers) ?? []
        case .samples: (try? BatchDump.decodeSamples(payload.span)).map(numbers) ?? []
        }
    }

    private static func numbers(_ batch: LogBatch) -> Set<Int> {
        Set((0..<batch.count).map { StoreBatches.number(batch, $0) })
    }

    private static func numbers(_ batch: SpanBatch) -> Set<Int> {
        Set(batch.span.map { Int(truncatingIfNeeded: $0 &- 1) })
    }

    private static func numbers(_ batch: SampleBatch) -> Set<Int> {
        let histograms = batch.histogram.compactMap { range in
            NativeHistogram(encoded: batch.heap.bytes.span.extracting(range.range)).map { Int($0.sum) }
        }
        return Set(batch.value.map { Int($0) } + histograms)
    }

    private static func segment(_ path: String, _ disk: FaultyDisk, _ root: String) throws -> [FilePart] {
        guard let slash = path.firstIndex(of: "/"), let signal = Signal(folder: String(path[..<slash])),
            let id = SegmentEntry.id(ofName: String(path[path.index(after: slash)...]))
        else { return [] }
        let file = try disk.open("\(root)/\(path)")
        let (entry, footer) = try SegmentReader.entry(of: file, signal: signal, id: id)
        let reader = try SegmentReader(
            entry: entry, file: file, cache: FooterCache(limit: 0), damage: DamageLog())
        var parts: [FilePart] = []
        var all: Set<Int> = []
        for (index, block) in footer.blocks.enumerated() {
            var part = FilePart(
                range: block.offset..<block.offset + block.meta.byteCount, names: ["block \(index)"])
            let found: Set<Int>
            switch signal {
            case .logs: found = numbers(try LogSignal.decode(block, of: reader, columns: .all, keys: nil, rows: nil))
            case .spans: found = numbers(try SpanSignal.decode(block, of: reader, columns: .all, keys: nil, rows: nil))
            case .samples: found = []
            }
            part.numbers[signal] = found
            all.formUnion(found)
            parts.append(part)
        }
        if let samples = reader.samples { parts += try groups(samples, &all) }
        let size = disk.contents("\(root)/\(path)")?.count ?? 0
        // Whatever else is broken costs the file at most.
        let end = parts.map(\.range.upperBound).max() ?? SegmentFormat.headerBytes
        parts.append(FilePart(range: end..<size, names: ["footer", "file"], numbers: [signal: all]))
        return parts
    }

    /// The chunk groups of a samples segment.
    private static func groups(_ samples: SampleSegmentReader, _ all: inout Set<Int>) throws -> [FilePart] {
        let index = try samples.segmentIndex()
        var parts: [FilePart] = []
        for isHistogram in [false, true] {
            let directory = isHistogram ? index.histograms : index.samples
            for group in directory.groupOffsets.indices {
                let start = directory.groupOffsets[group]
                let bytes = try samples.group(group, of: directory)
                var found: Set<Int> = []
                for chunk in directory.groups.indices where Int(directory.groups[chunk]) == group {
                    let data = bytes.span.bytes.extracting(directory.bytes(chunk))
                    if isHistogram {
                        var rows = HistogramColumns()
                        try HistogramChunk.decode(data, directory.header(chunk), in: .min ... .max, into: &rows)
                        var series = SeriesData()
                        try series.append(rows)
                        found.formUnion(series.histograms.map { Int($0.sum) })
                    } else {
                        var decoder = SampleChunk.Decoder()
                        var times: [Int64] = []
                        var values: [Double] = []
                        _ = try decoder.decode(
                            data, directory.header(chunk), in: .min ... .max, times: &times, values: &values)
                        found.formUnion(values.map { Int($0) })
                    }
                }
                all.formUnion(found)
                let offset = SegmentFormat.headerBytes + start
                var part = FilePart(range: offset..<offset + bytes.count, names: ["samples at \(start)"])
                part.numbers[.samples] = found
                parts.append(part)
            }
        }
        return parts
    }
}
