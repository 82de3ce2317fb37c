internal import CZlib

/// An owned zlib decompressor that is reset for each run.
package struct Inflater: ~Copyable {
    let stream: UnsafeMutablePointer<z_stream>

    /// `windowBits` as in zlib: -15 raw deflate, 47 gzip or zlib by its header.
    package init?(windowBits: Int32 = -15) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Exactly `count` bytes from all of `bytes`, with `padding` zero bytes behind. The caller has checked `count`.
    package mutating func inflate(
        _ bytes: borrowing RawSpan, count: Int, padding: Int = 0
    ) throws(CodecError) -> [UInt8] {
        guard count >= 0, count < Int(UInt32.max) / 2, bytes.byteCount < Int(UInt32.max) / 2,
            inflateReset(stream) == Z_OK
        else { throw CodecError("deflated run is too long") }
        let packed = bytes.byteCount
        var isComplete = false
        let out = bytes.withUnsafeBytes { source in
            [UInt8](unsafeUninitializedCapacity: max(1, count &+ padding)) { target, used in
                stream.pointee.next_in = source.baseAddress.map {
                    UnsafeMutableRawPointer(mutating: $0).assumingMemoryBound(to: UInt8.self)
                }
                stream.pointee.avail_in = UInt32(packed)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(count)
                let status = CZlib.inflate(stream, Z_FINISH)
                isComplete =
                    status == Z_STREAM_END && stream.pointee.avail_in == 0 && stream.pointee.avail_out == 0
                guard isComplete else { return used = 0 }
                for i in count..<count &+ padding { target[i] = 0 }
                used = count &+ padding
            }
        }
        guard isComplete else { throw CodecError("deflated run is broken or not of the length that it states") }
        return out
    }
}
