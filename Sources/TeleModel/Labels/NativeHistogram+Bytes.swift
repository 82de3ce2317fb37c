/// The stored form: resetHint (1 byte), schema (zigzag varint), the five doubles as 8 bytes each, then for each side
/// run count, runs (zigzag offset, length), bucket counts; last the custom bounds. Counts of buckets are varints when
/// every one is an integer below 2^53 (marker 0), else 8 bytes each (marker 1).
extension NativeHistogram {
    package func encode(into out: inout [UInt8]) {
        out.append(resetHint)
        Varint.append(Varint.zigzag(Int64(schema)), to: &out)
        for value in [zeroThreshold, zeroCount, count, sum] { Varint.append(double: value, to: &out) }
        for (runs, counts) in [(positiveRuns, positive), (negativeRuns, negative)] {
            Varint.append(UInt64(runs.count), to: &out)
            for run in runs {
                Varint.append(Varint.zigzag(Int64(run.offset)), to: &out)
                Varint.append(UInt64(run.length), to: &out)
            }
            NativeHistogram.append(counts, to: &out)
        }
        NativeHistogram.append(bounds, to: &out)
    }

    private static func append(_ values: [Double], to out: inout [UInt8]) {
        Varint.append(UInt64(values.count), to: &out)
        let integers = values.allSatisfy { $0 >= 0 && $0 < 9.0e15 && $0.rounded() == $0 && $0.sign == .plus }
        out.append(integers ? 0 : 1)
        for value in values {
            if integers { Varint.append(UInt64(value), to: &out) } else { Varint.append(double: value, to: &out) }
        }
    }

    /// nil where the bytes are not what ``encode(into:)`` writes.
    package init?(encoded bytes: borrowing Span<UInt8>) {
        var at = 0
        guard bytes.count > 0 else { return nil }
        resetHint = bytes[0]
        at = 1
        guard let rawSchema = Varint.read(bytes, &at), let schema = Int32(exactly: Varint.unzigzag(rawSchema)),
            let zeroThreshold = Varint.readDouble(bytes, &at), let zeroCount = Varint.readDouble(bytes, &at),
            let count = Varint.readDouble(bytes, &at), let sum = Varint.readDouble(bytes, &at),
            let positive = NativeHistogram.readSide(bytes, &at), let negative = NativeHistogram.readSide(bytes, &at),
            let bounds = NativeHistogram.readCounts(bytes, &at)
        else { return nil }
        self.schema = schema
        self.zeroThreshold = zeroThreshold
        self.zeroCount = zeroCount
        self.count = count
        self.sum = sum
        (positiveRuns, self.positive) = positive
        (negativeRuns, self.negative) = negative
        self.bounds = bounds
    }

    private static func readSide(_ bytes: borrowing Span<UInt8>, _ at: inout Int) -> ([Run], [Double])? {
        guard let runCount = Varint.read(bytes, &at), runCount <= UInt64(bytes.count - at) else { return nil }
        var runs: [Run] = []
        for _ in 0..<runCount {
            guard let offset = Varint.read(bytes, &at), let length = Varint.read(bytes, &at),
                let offset = Int32(exactly: Varint.unzigzag(offset)), let length = UInt32(exactly: length)
            else { return nil }
            runs.append(Run(offset: offset, length: length))
        }
        guard let counts = readCounts(bytes, &at) else { return nil }
        return (runs, counts)
    }

    private static func readCounts(_ bytes: borrowing Span<UInt8>, _ at: inout Int) -> [Double]? {
        guard let count = Varint.read(bytes, &at), at < bytes.count, count <= UInt64(bytes.count - at) else {
            return nil
        }
        let integers = bytes[at] == 0
        at += 1
        var values: [Double] = []
        for _ in 0..<count {
            if integers {
                guard let value = Varint.read(bytes, &at) else { return nil }
                values.append(Double(value))
            } else {
                guard let value = Varint.readDouble(bytes, &at) else { return nil }
                values.append(value)
            }
        }
        return values
    }
}
