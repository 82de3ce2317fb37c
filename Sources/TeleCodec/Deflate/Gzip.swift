internal import CZlib

package enum GzipError: Error, Sendable, Equatable {
    /// More than the caller's limit after decompression.
    case tooLarge
    case malformed(String)
}

/// Content codings `gzip` (RFC 1952, members one after another) and `deflate` (RFC 1950 zlib).
package enum Gzip {
    package static func compress(_ bytes: [UInt8], level: Int32 = 1) -> [UInt8] { compress(bytes.span, level: level) }

    package static func compress(_ bytes: borrowing Span<UInt8>, level: Int32 = 1) -> [UInt8] {
        var out: [UInt8] = []
        guard var deflater = Deflater(level: level, windowBits: 31) else { return out }
        _ = deflater.append(bytes.bytes, to: &out)
        return out
    }

    /// Unpacks a body. The output grows as data really arrives, so that a bomb costs at most `limit` plus one step.
    package static func decompress(
        _ body: borrowing Span<UInt8>, limit: Int
    ) throws(GzipError) -> [UInt8] {
        guard let inflater = Inflater(windowBits: 47) else { throw .malformed("no memory for decompression") }
        guard body.count > 0 else { throw .malformed("empty body") }
        let stream = inflater.stream
        let step = 64 << 10
        var out: [UInt8] = []
        out.reserveCapacity(min(max(0, limit), min(body.count, 16 << 20) * 4) + 1)
        var failure: GzipError?
        body.withUnsafeBufferPointer { source in
            var consumed = 0
            let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: step)
            defer { chunk.deallocate() }
            while failure == nil {
                let feed = min(source.count - consumed, 1 << 30)
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress?.advanced(by: consumed))
                stream.pointee.avail_in = UInt32(feed)
                stream.pointee.next_out = chunk.baseAddress
                stream.pointee.avail_out = UInt32(step)
                let status = CZlib.inflate(stream, Z_NO_FLUSH)
                consumed += feed - Int(stream.pointee.avail_in)
                let produced = step - Int(stream.pointee.avail_out)
                if out.count + produced > max(0, limit) {
                    failure = .tooLarge
                    return
                }
                out.append(contentsOf: UnsafeBufferPointer(rebasing: chunk[..<produced]))
                if status == Z_STREAM_END {
                    if consumed == source.count { return }
                    if inflateReset(stream) != Z_OK { failure = .malformed("decompressor failed") }
                } else if status != Z_OK {
                    failure =
                        status == Z_BUF_ERROR && consumed == source.count
                        ? .malformed("body ends within a member at byte \(consumed)")
                        : .malformed("not gzip or zlib data at byte \(consumed)")
                }
            }
        }
        if let failure { throw failure }
        return out
    }
}
