internal import TeleModel

extension IntColumn {
    /// Nested columns go three deep when they are written.
    static let maximumDepth = 4

    /// Exactly `count` numbers. `count` comes from the caller, who has checked it.
    package static func decode(_ reader: inout ByteReader, count: Int) throws(CodecError) -> [UInt64] {
        try decode(&reader, count: count, depth: 0)
    }

    /// The same from bytes at an offset, which moves behind the column.
    package static func decode(
        _ bytes: borrowing Span<UInt8>, at offset: inout Int, count: Int
    ) throws(CodecError) -> [UInt64] {
        guard offset >= 0, offset <= bytes.count else { throw CodecError("column begins behind the input", at: offset) }
        var reader = ByteReader(bytes.bytes.extracting(offset..<bytes.count))
        let values = try decode(&reader, count: count)
        offset += reader.offset
        return values
    }

    /// Numbers below `limit` each: indexes into a table of that many rows.
    package static func decodeIndexes(
        _ reader: inout ByteReader, count: Int, below limit: Int
    ) throws(CodecError) -> [UInt32] {
        let values = try decode(&reader, count: count)
        let limit = UInt64(min(limit, Int(UInt32.max)))
        var out: [UInt32] = []
        out.reserveCapacity(count)
        for value in values {
            guard value < limit else { throw reader.error("index \(value) where there are \(limit) rows") }
            out.append(UInt32(truncatingIfNeeded: value))
        }
        return out
    }

    package static func decodeUInt32(_ reader: inout ByteReader, count: Int) throws(CodecError) -> [UInt32] {
        try decode(&reader, count: count).map { UInt32(truncatingIfNeeded: $0) }
    }

    package static func decodeInt32(_ reader: inout ByteReader, count: Int) throws(CodecError) -> [Int32] {
        try decode(&reader, count: count).map { Int32(truncatingIfNeeded: $0) }
    }

    static func decode(_ reader: inout ByteReader, count: Int, depth: Int) throws(CodecError) -> [UInt64] {
        guard count > 0 else { return [] }
        guard count <= Limits.columnBytes / 8, depth <= maximumDepth else {
            throw reader.error("column of \(count) numbers at depth \(depth) is over the limit")
        }
        guard let encoding = ColumnEncoder.IntEncoding(rawValue: try reader.byte()) else {
            throw reader.error("unknown encoding of a number column")
        }
        switch encoding {
        case .constant: return [UInt64](repeating: try base(&reader), count: count)
        case .packed: return try packed(&reader, count: count)
        case .delta:
            let first = try reader.uint64()
            return summed(first, try packed(&reader, count: count - 1))
        case .deltaOfDelta:
            guard count >= 2 else { throw reader.error("delta of delta of fewer than two numbers") }
            let first = try reader.uint64()
            let delta = try reader.uint64()
            return summed(first, summed(delta, try packed(&reader, count: count - 2)))
        case .dictionary:
            let distinct = try reader.count("dictionary size", limit: count)
            let values = try decode(&reader, count: distinct, depth: depth + 1)
            var codes = try decode(&reader, count: count, depth: depth + 1)
            let limit = UInt64(values.count)
            var isBad = false
            do {
                let known = values.span
                var out = codes.mutableSpan
                for i in 0..<out.count {
                    let code = out[i]
                    if code < limit { out[i] = known[Int(truncatingIfNeeded: code)] } else { isBad = true }
                }
            }
            if isBad { throw reader.error("dictionary code that is not below \(limit)") }
            return codes
        case .runs: return try runs(&reader, count: count, depth: depth)
        case .planes: return try planes(&reader, count: count)
        case .deltaPlanes:
            let first = try reader.uint64()
            return summed(first, try planes(&reader, count: count - 1))
        }
    }

    static func base(_ reader: inout ByteReader) throws(CodecError) -> UInt64 {
        UInt64(bitPattern: Varint.unzigzag(try reader.varint()))
    }

    /// What stands before packed numbers: their base and their width in bits.
    static func packing(_ reader: inout ByteReader) throws(CodecError) -> (base: UInt64, width: Int) {
        let base = try base(&reader)
        let width = Int(try reader.byte())
        guard width <= 64 else { throw reader.error("bit width \(width)") }
        return (base, width)
    }

    private static func packed(_ reader: inout ByteReader, count: Int) throws(CodecError) -> [UInt64] {
        let (base, width) = try packing(&reader)
        return try BitPacking.unpack(&reader, count: count, base: base, width: width)
    }

    private static func runs(_ reader: inout ByteReader, count: Int, depth: Int) throws(CodecError) -> [UInt64] {
        let runCount = try reader.count("number of runs", limit: count)
        let heads = try decode(&reader, count: runCount, depth: depth + 1)
        let lengths = try decode(&reader, count: runCount, depth: depth + 1)
        var out: [UInt64] = []
        out.reserveCapacity(count)
        for i in heads.indices {
            guard lengths[i] <= UInt64(count - out.count) else { throw reader.error("runs are longer than the column") }
            out.append(contentsOf: repeatElement(heads[i], count: Int(lengths[i])))
        }
        guard out.count == count else { throw reader.error("runs are shorter than the column") }
        return out
    }

    private static func planes(_ reader: inout ByteReader, count: Int) throws(CodecError) -> [UInt64] {
        let base = try base(&reader)
        let bytes = Int(try reader.byte())
        guard bytes <= 8 else { throw reader.error("\(bytes) byte planes") }
        var out = [UInt64](repeating: base, count: count)
        for byte in 0..<bytes {
            let plane = try Blob.decode(&reader, limit: count)
            guard plane.count == count else { throw reader.error("byte plane of the wrong length") }
            let shift = UInt64(byte * 8)
            let values = plane.span
            var sums = out.mutableSpan
            // The sum of shifted bytes never carries into the base before the last addition wraps as it was meant to.
            for i in 0..<count { sums[i] &+= UInt64(values[i]) &<< shift }
        }
        return out
    }

    /// The same of the numbers at `places` alone, each below `count`.
    static func planes(
        _ reader: inout ByteReader, count: Int, places: [Int]
    ) throws(CodecError) -> [UInt64] {
        let base = try base(&reader)
        let bytes = Int(try reader.byte())
        guard bytes <= 8 else { throw reader.error("\(bytes) byte planes") }
        var out = [UInt64](repeating: base, count: places.count)
        for byte in 0..<bytes {
            let plane = try Blob.decode(&reader, limit: count)
            guard plane.count == count else { throw reader.error("byte plane of the wrong length") }
            let shift = UInt64(byte * 8)
            for i in out.indices { out[i] &+= UInt64(plane[places[i]]) &<< shift }
        }
        return out
    }

    private static func summed(_ first: UInt64, _ deltas: [UInt64]) -> [UInt64] {
        var out: [UInt64] = []
        out.reserveCapacity(deltas.count + 1)
        var value = first
        out.append(value)
        for delta in deltas {
            value &+= delta
            out.append(value)
        }
        return out
    }
}
