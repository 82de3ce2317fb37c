internal import TeleModel

/// A run of bytes, deflated where that earns: mode byte (0 raw, 1 deflate), varint length, for deflate varint packed
/// length, the bytes.
package enum Blob {
    private static let raw: UInt8 = 0
    private static let deflated: UInt8 = 1

    /// How much time a run is worth.
    package enum Effort: Int32, Sendable {
        case quick = 1
        /// Texts that stand for many others: a sixth smaller at a third of the speed.
        case thorough = 6
    }

    package static func encode(_ bytes: [UInt8], into out: inout [UInt8]) { encode(bytes.span, into: &out) }

    package static func encode(
        _ bytes: borrowing Span<UInt8>, effort: Effort = .quick, into out: inout [UInt8]
    ) {
        encode(bytes, ColumnEncoder.mode(of: bytes), effort: effort, into: &out)
    }

    /// In the mode that was chosen, unless it gains nothing.
    static func encode(
        _ bytes: borrowing Span<UInt8>, _ mode: ColumnEncoder.ByteMode, effort: Effort = .quick, into out: inout [UInt8]
    ) {
        if mode != .raw {
            var packed: [UInt8] = []
            let limit = bytes.count - bytes.count / 32
            if Deflate.append(
                bytes.bytes, to: &packed, limit: limit, strategy: mode == .huffman ? .huffmanOnly : .normal,
                level: effort.rawValue)
            {
                out.append(deflated)
                out.append(varint: bytes.count)
                out.append(varint: packed.count)
                out.append(contentsOf: packed)
                return
            }
        }
        out.append(raw)
        out.append(varint: bytes.count)
        out.append(span: bytes)
    }

    /// At most `limit` bytes, with `padding` zero bytes behind them.
    package static func decode(
        _ reader: inout ByteReader, limit: Int = Limits.columnBytes, padding: Int = 0
    ) throws(CodecError) -> [UInt8] {
        let mode = try reader.byte()
        let count = try reader.count("length of a run", limit: min(limit, Limits.columnBytes))
        switch mode {
        case raw: return try reader.bytes(count, padding: padding)
        case deflated:
            let packed = try reader.count("packed length of a run", limit: reader.remaining)
            return try Deflate.decompress(reader.take(packed), count: count, padding: padding)
        default: throw reader.error("unknown mode \(mode) of a run of bytes")
        }
    }

    /// Moves behind a run without unpacking it.
    static func skip(_ reader: inout ByteReader) throws(CodecError) {
        let mode = try reader.byte()
        var count = try reader.count("length of a run", limit: Limits.columnBytes)
        switch mode {
        case raw: break
        case deflated: count = try reader.count("packed length of a run", limit: reader.remaining)
        default: throw reader.error("unknown mode \(mode) of a run of bytes")
        }
        _ = try reader.take(count)
    }
}
