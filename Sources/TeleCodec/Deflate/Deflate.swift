internal import Synchronization
internal import TeleModel

/// Raw deflate over pooled zlib streams: callers of any thread borrow one for the length of a call.
package enum Deflate {
    /// deflate can't expand by more than this (zlib technical notes: 1032 to 1).
    static let maximumRatio = 1032

    private final class Compressor {
        var deflater: Deflater
        init?() {
            guard let deflater = Deflater() else { return nil }
            self.deflater = deflater
        }
    }
    private final class Decompressor {
        var inflater: Inflater
        init?() {
            guard let inflater = Inflater() else { return nil }
            self.inflater = inflater
        }
    }

    private static let compressors = StreamPool<Compressor>()
    private static let decompressors = StreamPool<Decompressor>()

    /// The compressed form; the bytes themselves never fail to compress.
    package static func compress(_ bytes: [UInt8], level: Int32 = 1) -> [UInt8] {
        compress(bytes.span, level: level)
    }

    package static func compress(_ bytes: borrowing Span<UInt8>, level: Int32 = 1) -> [UInt8] {
        var out: [UInt8] = []
        _ = append(bytes.bytes, to: &out, level: level)
        return out
    }

    /// Exactly `count` bytes. `count` must be within ``Limits/columnBytes`` and within what the input can unpack to.
    package static func decompress(_ bytes: [UInt8], count: Int) throws(CodecError) -> [UInt8] {
        try decompress(bytes.span, count: count)
    }

    package static func decompress(_ bytes: borrowing Span<UInt8>, count: Int) throws(CodecError) -> [UInt8] {
        try decompress(bytes.bytes, count: count)
    }

    static func decompress(
        _ bytes: borrowing RawSpan, count: Int, padding: Int = 0
    ) throws(CodecError) -> [UInt8] {
        guard count >= 0, count <= Limits.columnBytes, count / maximumRatio <= bytes.byteCount else {
            throw CodecError("deflated run states \(count) bytes, more than it can hold")
        }
        guard let box = decompressors.take() ?? Decompressor() else {
            throw CodecError("no memory for decompression")
        }
        let out = try box.inflater.inflate(bytes, count: count, padding: padding)
        decompressors.put(box)
        return out
    }

    /// False, and nothing appended, where the result would be over `limit` bytes.
    static func append(
        _ bytes: borrowing RawSpan, to out: inout [UInt8], limit: Int = .max, strategy: Deflater.Strategy = .normal,
        level: Int32 = 1
    ) -> Bool {
        guard let box = compressors.take() ?? Compressor() else { return false }
        defer { compressors.put(box) }
        return box.deflater.append(bytes, to: &out, limit: limit, strategy: strategy, level: min(9, max(0, level)))
    }
}
