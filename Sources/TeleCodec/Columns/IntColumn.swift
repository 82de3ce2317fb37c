internal import TeleModel

/// A column of 64-bit numbers: format byte, then what the encoding needs (TeleCodec.docc/Formats.md). Numbers are
/// taken as signed where that makes the range smaller; arithmetic wraps, so that every value round-trips.
package enum IntColumn {
    package static func encode(_ values: [UInt64], into out: inout [UInt8]) { encode(values.span, into: &out) }

    package static func encode(_ values: borrowing Span<UInt64>, into out: inout [UInt8]) {
        encode(values, depth: 0, into: &out)
    }

    package static func encode(_ values: [UInt32], into out: inout [UInt8]) {
        encode(values.map { UInt64($0) }, into: &out)
    }

    package static func encode(_ values: [Int32], into out: inout [UInt8]) {
        encode(values.map { UInt64(bitPattern: Int64($0)) }, into: &out)
    }

    private static func encode(_ values: borrowing Span<UInt64>, depth: Int, into out: inout [UInt8]) {
        guard values.count > 0 else { return }
        let statistics = ColumnEncoder.Statistics(values)
        let choice = ColumnEncoder.choose(values, statistics, depth: depth)
        out.append(choice.encoding.rawValue)
        switch choice.encoding {
        case .constant: appendBase(statistics.minimum, &out)
        case .packed: pack(values, statistics.minimum, statistics.width, &out)
        case .delta:
            out.append(uint64: values[0])
            let deltas = differences(values)
            pack(deltas.span, statistics.minimumDelta, statistics.deltaWidth, &out)
        case .deltaOfDelta:
            out.append(uint64: values[0])
            out.append(uint64: values[1] &- values[0])
            let deltas = differences(differences(values).span)
            pack(deltas.span, statistics.minimumSecond, statistics.secondWidth, &out)
        case .dictionary:
            guard let dictionary = choice.dictionary else { return }
            out.append(varint: dictionary.values.count)
            encode(dictionary.values.span, depth: depth + 1, into: &out)
            encode(dictionary.codes.span, depth: depth + 1, into: &out)
        case .runs:
            var heads: [UInt64] = []
            var lengths: [UInt64] = []
            for i in 0..<values.count {
                if i > 0, values[i] == values[i - 1] {
                    lengths[lengths.count - 1] &+= 1
                } else {
                    heads.append(values[i])
                    lengths.append(1)
                }
            }
            out.append(varint: heads.count)
            encode(heads.span, depth: depth + 1, into: &out)
            encode(lengths.span, depth: depth + 1, into: &out)
        case .planes: planes(values, statistics.minimum, statistics.width, choice.planes, &out)
        case .deltaPlanes:
            out.append(uint64: values[0])
            let deltas = differences(values)
            planes(deltas.span, statistics.minimumDelta, statistics.deltaWidth, choice.planes, &out)
        }
    }

    private static func appendBase(_ base: Int64, _ out: inout [UInt8]) { out.append(varint: Varint.zigzag(base)) }

    private static func pack(_ values: borrowing Span<UInt64>, _ base: Int64, _ width: Int, _ out: inout [UInt8]) {
        appendBase(base, &out)
        out.append(UInt8(width))
        BitPacking.pack(values, base: UInt64(bitPattern: base), width: width, into: &out)
    }

    private static func planes(
        _ values: borrowing Span<UInt64>, _ base: Int64, _ width: Int,
        _ modes: InlineArray<8, ColumnEncoder.ByteMode>, _ out: inout [UInt8]
    ) {
        appendBase(base, &out)
        let bytes = (width + 7) / 8
        out.append(UInt8(bytes))
        let base = UInt64(bitPattern: base)
        for byte in 0..<bytes {
            let shift = UInt64(byte * 8)
            let count = values.count
            let plane = [UInt8](unsafeUninitializedCapacity: count) { plane, used in
                for i in 0..<count { plane[i] = UInt8(truncatingIfNeeded: (values[i] &- base) &>> shift) }
                used = count
            }
            Blob.encode(plane.span, modes[byte], into: &out)
        }
    }

    private static func differences(_ values: borrowing Span<UInt64>) -> [UInt64] {
        var out: [UInt64] = []
        out.reserveCapacity(values.count)
        for i in 1..<max(1, values.count) { out.append(values[i] &- values[i - 1]) }
        return out
    }
}
