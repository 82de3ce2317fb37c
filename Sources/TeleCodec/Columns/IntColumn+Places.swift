internal import TeleModel

// Parts of columns: what few rows need of a column that is mostly not wanted.
extension IntColumn {
    /// The numbers at `places` (rising, each below `count`; nil: all). What is not wanted is decoded only where the
    /// encoding leaves no other way.
    static func decode(
        _ reader: inout ByteReader, count: Int, places: [Int]?
    ) throws(CodecError) -> [UInt64] {
        guard let places else { return try decode(&reader, count: count) }
        return try decode(&reader, count: count, places: places, depth: 0)
    }

    static func decodeIndexes(
        _ reader: inout ByteReader, count: Int, below limit: Int, places: [Int]?
    ) throws(CodecError) -> [UInt32] {
        guard let places else { return try decodeIndexes(&reader, count: count, below: limit) }
        var out: [UInt32] = []
        out.reserveCapacity(places.count)
        for value in try decode(&reader, count: count, places: places, depth: 0) {
            guard value < UInt64(limit) else { throw reader.error("index \(value) where there are \(limit) rows") }
            out.append(UInt32(truncatingIfNeeded: value))
        }
        return out
    }

    static func decodeUInt32(
        _ reader: inout ByteReader, count: Int, places: [Int]?
    ) throws(CodecError) -> [UInt32] {
        try decode(&reader, count: count, places: places).map { UInt32(truncatingIfNeeded: $0) }
    }

    static func decodeInt32(
        _ reader: inout ByteReader, count: Int, places: [Int]?
    ) throws(CodecError) -> [Int32] {
        try decode(&reader, count: count, places: places).map { Int32(truncatingIfNeeded: $0) }
    }

    private static func decode(
        _ reader: inout ByteReader, count: Int, places: [Int], depth: Int
    ) throws(CodecError) -> [UInt64] {
        if places.isEmpty {
            try skip(&reader, count: count, depth: depth)
            return []
        }
        var ahead = reader
        guard places.count < count / 4, depth <= maximumDepth,
            let encoding = ColumnEncoder.IntEncoding(rawValue: try ahead.byte())
        else {
            let all = try decode(&reader, count: count, depth: depth)
            return places.map { all[$0] }
        }
        switch encoding {
        case .constant:
            _ = try reader.byte()
            return [UInt64](repeating: try base(&reader), count: places.count)
        case .packed:
            _ = try reader.byte()
            let (base, width) = try packing(&reader)
            let packed = try reader.take(BitPacking.byteCount(count, width: width))
            var out: [UInt64] = []
            out.reserveCapacity(places.count)
            for place in places { out.append(base &+ BitPacking.value(packed, at: place, width: width)) }
            return out
        case .dictionary:
            _ = try reader.byte()
            let distinct = try reader.count("dictionary size", limit: count)
            let values = try decode(&reader, count: distinct, depth: depth + 1)
            var codes = try decode(&reader, count: count, places: places, depth: depth + 1)
            for i in codes.indices {
                guard codes[i] < UInt64(values.count) else {
                    throw reader.error("dictionary code \(codes[i]) of \(values.count)")
                }
                codes[i] = values[Int(truncatingIfNeeded: codes[i])]
            }
            return codes
        case .planes:
            _ = try reader.byte()
            return try planes(&reader, count: count, places: places)
        case .delta, .deltaOfDelta, .runs, .deltaPlanes:
            let all = try decode(&reader, count: count, depth: depth)
            return places.map { all[$0] }
        }
    }

    /// Numbers below `limit` each, in a byte each.
    static func decodeBytes(
        _ reader: inout ByteReader, count: Int, below limit: UInt8
    ) throws(CodecError) -> [UInt8] {
        var out: [UInt8]
        var ahead = reader
        // The one byte plane of small numbers is that already.
        if count > 0, let encoding = ColumnEncoder.IntEncoding(rawValue: try ahead.byte()), encoding == .planes,
            try base(&ahead) == 0, try ahead.byte() == 1
        {
            out = try Blob.decode(&ahead, limit: count)
            guard out.count == count else { throw reader.error("byte plane of the wrong length") }
            reader = ahead
        } else {
            out = try decode(&reader, count: count).map { UInt8(clamping: $0) }
        }
        var most: UInt8 = 0
        let bytes = out.span
        for i in 0..<bytes.count { most = max(most, bytes[i]) }
        guard most < limit || count == 0 else { throw reader.error("number over \(limit - 1)") }
        return out
    }

    /// Moves behind a column of so many numbers. Its values are not looked at, its lengths are.
    static func skip(_ reader: inout ByteReader, count: Int, depth: Int = 0) throws(CodecError) {
        guard count > 0 else { return }
        guard count <= Limits.columnBytes / 8, depth <= maximumDepth else {
            throw reader.error("column of \(count) numbers at depth \(depth) is over the limit")
        }
        guard let encoding = ColumnEncoder.IntEncoding(rawValue: try reader.byte()) else {
            throw reader.error("unknown encoding of a number column")
        }
        switch encoding {
        case .constant: _ = try base(&reader)
        case .packed: try skipPacked(&reader, count: count)
        case .delta:
            _ = try reader.uint64()
            try skipPacked(&reader, count: count - 1)
        case .deltaOfDelta:
            guard count >= 2 else { throw reader.error("delta of delta of fewer than two numbers") }
            _ = try reader.uint64()
            _ = try reader.uint64()
            try skipPacked(&reader, count: count - 2)
        case .dictionary:
            let distinct = try reader.count("dictionary size", limit: count)
            try skip(&reader, count: distinct, depth: depth + 1)
            try skip(&reader, count: count, depth: depth + 1)
        case .runs:
            let runs = try reader.count("number of runs", limit: count)
            try skip(&reader, count: runs, depth: depth + 1)
            try skip(&reader, count: runs, depth: depth + 1)
        case .planes: try skipPlanes(&reader)
        case .deltaPlanes:
            _ = try reader.uint64()
            try skipPlanes(&reader)
        }
    }

    private static func skipPacked(_ reader: inout ByteReader, count: Int) throws(CodecError) {
        let (_, width) = try packing(&reader)
        _ = try reader.take(BitPacking.byteCount(count, width: width))
    }

    private static func skipPlanes(_ reader: inout ByteReader) throws(CodecError) {
        _ = try base(&reader)
        let bytes = Int(try reader.byte())
        guard bytes <= 8 else { throw reader.error("\(bytes) byte planes") }
        for _ in 0..<bytes { try Blob.skip(&reader) }
    }
}
