internal import TeleModel

/// The labels of a batch's series, each by what it does not share with the one before: series of a request differ in a
/// value or two. Count (varint), then each: bytes shared at the beginning, bytes shared at the end, bytes between
/// (varints), those bytes. Hashes follow from the labels.
enum SeriesLabelDump {
    static func encode(_ batch: SampleBatch, into out: inout [UInt8]) {
        let ranges = batch.seriesLabels
        out.append(varint: ranges.count)
        let heap = batch.heap.bytes.span.bytes
        var last = 0..<0
        for range in ranges {
            let current = range.range
            let common = min(last.count, current.count)
            let head = shared(heap, last.lowerBound, current.lowerBound, common)
            let tail = sharedEnd(heap, last.upperBound, current.upperBound, common &- head)
            out.append(varint: head)
            out.append(varint: tail)
            out.append(varint: current.count &- head &- tail)
            let middle = current.lowerBound &+ head..<current.upperBound &- tail
            heap.extracting(middle).withUnsafeBytes { out.append(contentsOf: $0) }
            last = current
        }
    }

    /// How many of at most `limit` bytes are the same at two places.
    private static func shared(_ heap: RawSpan, _ a: Int, _ b: Int, _ limit: Int) -> Int {
        var count = 0
        while count &+ 8 <= limit {
            let x = UInt64(littleEndian: heap.unsafeLoadUnaligned(fromByteOffset: a &+ count, as: UInt64.self))
            let y = UInt64(littleEndian: heap.unsafeLoadUnaligned(fromByteOffset: b &+ count, as: UInt64.self))
            if x != y { return count &+ (x ^ y).trailingZeroBitCount / 8 }
            count &+= 8
        }
        while count < limit, load(heap, a &+ count) == load(heap, b &+ count) { count &+= 1 }
        return count
    }

    /// The same of the bytes before two places.
    private static func sharedEnd(_ heap: RawSpan, _ a: Int, _ b: Int, _ limit: Int) -> Int {
        var count = 0
        while count &+ 8 <= limit {
            let x = heap.unsafeLoadUnaligned(fromByteOffset: a &- count &- 8, as: UInt64.self)
            let y = heap.unsafeLoadUnaligned(fromByteOffset: b &- count &- 8, as: UInt64.self)
            let difference = UInt64(littleEndian: x) ^ UInt64(littleEndian: y)
            if difference != 0 { return count &+ difference.leadingZeroBitCount / 8 }
            count &+= 8
        }
        while count < limit, load(heap, a &- count &- 1) == load(heap, b &- count &- 1) { count &+= 1 }
        return count
    }

    @inline(__always)
    private static func load(_ heap: RawSpan, _ at: Int) -> UInt8 {
        heap.unsafeLoad(fromByteOffset: at, as: UInt8.self)
    }

    /// Fills the heap, labels and hashes of an empty batch.
    static func decode(_ reader: inout ByteReader, into batch: inout SampleBatch) throws(CodecError) {
        let count = try reader.count("series", limit: reader.remaining / 3)
        var heap: [UInt8] = []
        var labels: [UInt8] = []
        for _ in 0..<count {
            let head = try reader.count("shared label bytes", limit: labels.count)
            let tail = try reader.count("shared label bytes", limit: labels.count - head)
            let middle = try reader.bytes(try reader.count("label bytes", limit: reader.remaining))
            // What is shared takes no bytes here, so that a few could stand for more than any batch has.
            guard heap.count + head + tail + middle.count <= Limits.labelBytesPerRequest * 2 else {
                throw reader.error("labels of more than \(Limits.labelBytesPerRequest * 2) bytes")
            }
            labels.replaceSubrange(head..<labels.count - tail, with: middle)
            batch.seriesLabels.append(ByteRange(offset: UInt32(heap.count), count: UInt32(labels.count)))
            batch.seriesHash.append(Hash64.of(labels))
            heap.append(contentsOf: labels)
        }
        batch.heap = ByteHeap(bytes: heap)
    }
}
