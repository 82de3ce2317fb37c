internal import TeleCodec

// One flipped bit outside of the chunk groups would cost a segment: it is put right where a checksum tells which it is.
extension SampleSegmentReader {
    /// The footer, repaired where one bit is wrong and someone listens to that.
    static func footer(
        _ source: Source, _ byteCount: Int, _ damage: (@Sendable (CodecError) -> Void)?
    ) throws(CodecError) -> [UInt8] {
        let start = byteCount - SampleSegmentFormat.trailerBytes
        let trailer = try read(source, start..<byteCount)
        if let found = footer(trailer, source, byteCount) { return found }
        guard let damage, let found = repairedFooter(trailer, source, byteCount) else {
            throw CodecError("samples segment without its end, or its checksum is wrong", at: start)
        }
        damage(CodecError("one flipped bit was put right; nothing is lost", at: start))
        return found
    }

    /// The footer that a trailer tells of; nil where it tells of none, or that is damaged.
    private static func footer(_ trailer: [UInt8], _ source: Source, _ byteCount: Int) -> [UInt8]? {
        guard let (range, sum) = footerPlace(trailer, byteCount), let footer = try? read(source, range),
            Checksum.matches(footer, sum, .samplesFooter)
        else { return nil }
        return footer
    }

    private static func footerPlace(_ trailer: [UInt8], _ byteCount: Int) -> (Range<Int>, UInt32)? {
        var reader = ByteReader(trailer.span.bytes)
        let limit = byteCount - SampleSegmentFormat.headBytes - SampleSegmentFormat.trailerBytes
        guard let length = try? reader.uint32(), let sum = try? reader.uint32(),
            (try? reader.uint32()) == SampleSegmentFormat.magic,
            Int(length) <= min(SampleSegmentFormat.maxFooterBytes, limit)
        else { return nil }
        let end = byteCount - SampleSegmentFormat.trailerBytes
        return (end - Int(length)..<end, sum)
    }

    /// With one bit of footer or trailer put right.
    private static func repairedFooter(_ trailer: [UInt8], _ source: Source, _ byteCount: Int) -> [UInt8]? {
        if let (range, sum) = footerPlace(trailer, byteCount), let bytes = try? read(source, range),
            let footer = Checksum.repaired(bytes, sum)
        {
            return footer
        }
        return Checksum.withOneBitFlipped(trailer) { footer($0, source, byteCount) }
    }

    /// Whether it is damaged: the head says nothing that the trailer does not. A head of another version throws, and,
    /// where nobody listens to damage, one with more than a bit wrong.
    static func checkHead(_ head: [UInt8], isLenient: Bool) throws(CodecError) -> Bool {
        var expected: [UInt8] = []
        expected.append(uint32: SampleSegmentFormat.magic)
        expected.append(uint32: SampleSegmentFormat.version)
        let wrong = zip(head, expected).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
        if wrong <= 1 { return wrong == 1 }
        var reader = ByteReader(head.span.bytes)
        guard try reader.uint32() == SampleSegmentFormat.magic else {
            if isLenient { return true }
            throw CodecError("no samples segment")
        }
        throw CodecError("samples segment of version \(try reader.uint32())", at: 4)
    }
}
