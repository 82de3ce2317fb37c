internal import CZlib

/// An owned zlib compressor that is reset for each run: setting one up costs more than most blocks.
package struct Deflater: ~Copyable {
    package enum Strategy: Int32, Sendable {
        case normal = 0
        /// Order-0 entropy only: for planes of numbers without repeats, several times as fast.
        case huffmanOnly = 2
        case runLength = 3
    }

    // zlib's state points back at its stream, so that the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var strategy = Strategy.normal
    private var level: Int32

    /// `windowBits` as in zlib: -15 raw deflate, 15 zlib, 31 gzip.
    package init?(level: Int32 = 1, windowBits: Int32 = -15) {
        self.level = min(9, max(0, level))
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, self.level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Appends the compressed form of `bytes`, unless it would take more than `limit` bytes: then nothing is
    /// appended and the result is false.
    package mutating func append(
        _ bytes: borrowing RawSpan, to out: inout [UInt8], limit: Int = .max, strategy wanted: Strategy = .normal,
        level wantedLevel: Int32? = nil
    ) -> Bool {
        guard bytes.byteCount < Int(UInt32.max) / 2, deflateReset(stream) == Z_OK else { return false }
        let nextLevel = wantedLevel ?? level
        if wanted != strategy || nextLevel != level {
            guard deflateParams(stream, nextLevel, wanted.rawValue) == Z_OK else { return false }
            strategy = wanted
            level = nextLevel
        }
        let room = min(limit, Int(deflateBound(stream, UInt(bytes.byteCount))))
        let count = bytes.byteCount
        let packed = bytes.withUnsafeBytes { source in
            [UInt8](unsafeUninitializedCapacity: max(1, room)) { target, used in
                // Zlib does not write to its input; its header just does not say const.
                stream.pointee.next_in = source.baseAddress.map {
                    UnsafeMutableRawPointer(mutating: $0).assumingMemoryBound(to: UInt8.self)
                }
                stream.pointee.avail_in = UInt32(count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(min(room, Int(UInt32.max)))
                let status = CZlib.deflate(stream, Z_FINISH)
                used = status == Z_STREAM_END ? Int(stream.pointee.total_out) : 0
            }
        }
        if packed.isEmpty { return false }
        out.append(contentsOf: packed)
        return true
    }
}
