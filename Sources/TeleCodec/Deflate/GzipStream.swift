internal import CZlib

/// One gzip member that is written as its content comes: for answers that are never held whole.
package struct GzipStream: ~Copyable {
    // zlib's state points back at its stream, so that the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isFinished = false

    /// Bytes that zlib is given room for at a time.
    private static let step = 64 << 10

    package init?(level: Int32 = 1) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, min(9, max(0, level)), Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
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

    /// Takes `bytes` in and appends what comes out: nothing, where zlib still waits for more.
    package mutating func append(_ bytes: borrowing Span<UInt8>, to out: inout [UInt8]) {
        run(bytes, Z_NO_FLUSH, &out)
    }

    /// Appends what is left, and the trailer. Further calls do nothing.
    package mutating func finish(to out: inout [UInt8]) {
        let nothing: [UInt8] = []
        run(nothing.span, Z_FINISH, &out)
        isFinished = true
    }

    private mutating func run(_ bytes: borrowing Span<UInt8>, _ flush: Int32, _ out: inout [UInt8]) {
        guard !isFinished else { return }
        let stream = stream
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: GzipStream.step) { chunk in
            bytes.withUnsafeBufferPointer { source in
                var consumed = 0
                repeat {
                    let feed = min(source.count - consumed, 1 << 30)
                    // Zlib does not write to its input; its header just does not say const.
                    stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress?.advanced(by: consumed))
                    stream.pointee.avail_in = UInt32(feed)
                    stream.pointee.next_out = chunk.baseAddress
                    stream.pointee.avail_out = UInt32(GzipStream.step)
                    let status = CZlib.deflate(stream, flush)
                    consumed += feed - Int(stream.pointee.avail_in)
                    out.append(contentsOf: chunk[..<(GzipStream.step - Int(stream.pointee.avail_out))])
                    // Room that is left says that everything is taken in (and, at the end, written out).
                    guard status == Z_OK, consumed < source.count || stream.pointee.avail_out == 0 else { return }
                } while true
            }
        }
    }
}
