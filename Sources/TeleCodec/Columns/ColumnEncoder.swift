/// The one place that decides how a column is stored: from what its values are, and from trials on a sample where
/// only deflate itself can tell.
enum ColumnEncoder {
    /// The encodings of a column of 64-bit numbers; the format byte.
    enum IntEncoding: UInt8 {
        case constant = 0, packed = 1, delta = 2, deltaOfDelta = 3, dictionary = 4, runs = 5, planes = 6
        case deltaPlanes = 7
    }

    /// Columns shorter than this are packed without trials.
    static let smallColumn = 24
    private static let sampleValues = 4096
    private static let smallTrial = 1024
    /// Bits a byte over which deflate at level 1 gains nothing that its time is worth.
    private static let incompressibleBits = 7.6

    // MARK: Bytes

    static func isWorthDeflating(_ bytes: borrowing Span<UInt8>) -> Bool {
        bytes.count >= 48 && entropy(bytes) < incompressibleBits
    }

    /// Order-0 entropy of a sample, bits a byte, corrected for what a small sample makes look regular.
    static func entropy(_ bytes: borrowing Span<UInt8>) -> Double {
        let count = bytes.count
        guard count > 0 else { return 0 }
        var counts = InlineArray<256, UInt32>(repeating: 0)
        var sampled = 0
        // Four stretches, so that a change along the column is seen.
        let stretch = min(count, 8192) / 4
        if count <= 8192 {
            for i in 0..<count { counts[Int(bytes[i])] &+= 1 }
            sampled = count
        } else {
            for part in 0..<4 {
                let start = (count - stretch) / 3 * part
                for i in start..<start + stretch { counts[Int(bytes[i])] &+= 1 }
            }
            sampled = stretch * 4
        }
        var bits = 0.0
        var distinct = 0
        for i in 0..<256 where counts[i] > 0 {
            let share = Double(counts[i])
            bits -= share * log2(share / Double(sampled))
            distinct += 1
        }
        return (bits + 0.72 * Double(distinct - 1)) / Double(sampled)
    }

    /// Binary logarithm to about 1e-4 without libm: exponent plus a polynomial of the significand.
    static func log2(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        let t = (x.significand - 1) / (x.significand + 1)
        let t2 = t * t
        return Double(x.exponent) + 2.885390081777927 * t * (1 + t2 * (0.3333333333 + t2 * (0.2 + t2 * 0.142857)))
    }

    // MARK: Numbers

    /// What one pass over the values tells.
    struct Statistics {
        var minimum = Int64.max
        var maximum = Int64.min
        var minimumDelta = Int64.max
        var maximumDelta = Int64.min
        var minimumSecond = Int64.max
        var maximumSecond = Int64.min
        var runs = 1

        init(_ values: borrowing Span<UInt64>) {
            var last = Int64(bitPattern: values[0])
            var lastDelta: Int64 = 0
            minimum = last
            maximum = last
            for i in 1..<max(1, values.count) {
                let value = Int64(bitPattern: values[i])
                let delta = value &- last
                if value < minimum { minimum = value }
                if value > maximum { maximum = value }
                if delta < minimumDelta { minimumDelta = delta }
                if delta > maximumDelta { maximumDelta = delta }
                if i > 1 {
                    let second = delta &- lastDelta
                    if second < minimumSecond { minimumSecond = second }
                    if second > maximumSecond { maximumSecond = second }
                }
                if delta != 0 { runs &+= 1 }
                last = value
                lastDelta = delta
            }
        }

        static func width(_ minimum: Int64, _ maximum: Int64) -> Int {
            minimum > maximum ? 0 : BitPacking.width(of: UInt64(bitPattern: maximum &- minimum))
        }
        var width: Int { Statistics.width(minimum, maximum) }
        var deltaWidth: Int { Statistics.width(minimumDelta, maximumDelta) }
        var secondWidth: Int { Statistics.width(minimumSecond, maximumSecond) }
    }

    /// The encoding with the smallest expected size. `depth`: how many columns this one is nested in.
    static func choose(
        _ values: borrowing Span<UInt64>, _ statistics: Statistics, depth: Int
    ) -> (IntEncoding, IntDictionary?) {
        let count = values.count
        if statistics.runs == 1 { return (.constant, nil) }
        let width = statistics.width
        let deltaWidth = statistics.deltaWidth
        var best = IntEncoding.packed
        var bestSize = Double(count * width) / 8 + 6
        func consider(_ encoding: IntEncoding, _ size: Double) {
            if size < bestSize {
                best = encoding
                bestSize = size
            }
        }
        if count > 2 {
            consider(.delta, Double(count * deltaWidth) / 8 + 14)
            consider(.deltaOfDelta, Double(count * statistics.secondWidth) / 8 + 22)
        }
        guard count >= smallColumn else { return (best, nil) }
        if depth < 3, statistics.runs * 3 < count {
            let lengths = BitPacking.width(of: UInt64(count / statistics.runs) * 4)
            consider(.runs, Double(statistics.runs * (min(width, deltaWidth + 8) + lengths)) / 8 + 12)
        }
        var dictionary: IntDictionary?
        if depth < 3, width > 4, bestSize > 64 {
            dictionary = IntDictionary(values, limit: min(count / 3, width > 24 ? 1 << 16 : 1 << 11))
            if let dictionary {
                let codes = Double(count * BitPacking.width(of: UInt64(dictionary.values.count - 1))) / 8
                consider(.dictionary, codes * 0.9 + Double(dictionary.values.count * width) / 8 + 12)
            }
        }
        if bestSize > 48 {
            let limit = bestSize
            let base = UInt64(bitPattern: statistics.minimum)
            if width <= deltaWidth + 10 {
                consider(.planes, planesSize(values, base: base, width: width, isDelta: false, limit))
            }
            if deltaWidth <= width + 1, count > 2 {
                let base = UInt64(bitPattern: statistics.minimumDelta)
                consider(.deltaPlanes, planesSize(values, base: base, width: deltaWidth, isDelta: true, limit))
            }
        }
        return (best, best == .dictionary ? dictionary : nil)
    }

    /// What byte planes would take, from deflating a sample of each.
    private static func planesSize(
        _ values: borrowing Span<UInt64>, base: UInt64, width: Int, isDelta: Bool, _ limit: Double
    ) -> Double {
        let first = isDelta ? 1 : 0
        let available = values.count - first
        let taken = min(available, sampleValues)
        let start = first + (available - taken) / 2
        var total = 24.0
        var plane = [UInt8](repeating: 0, count: taken)
        var packed: [UInt8] = []
        for byte in 0..<(width + 7) / 8 {
            let shift = UInt64(byte * 8)
            for i in 0..<taken {
                let value = values[start + i]
                let shown = (isDelta ? value &- values[start + i - 1] : value) &- base
                plane[i] = UInt8(truncatingIfNeeded: shown &>> shift)
            }
            packed.removeAll(keepingCapacity: true)
            if taken < smallTrial {
                // Resetting deflate costs more than such a column is worth: its entropy stands for it.
                total += max(0.02, min(1, entropy(plane.span) / 8)) * Double(available)
            } else if isWorthDeflating(plane.span), Deflate.append(plane.span.bytes, to: &packed, limit: taken) {
                total += Double(packed.count) * Double(available) / Double(taken)
            } else {
                total += Double(available)
            }
            if total > limit { return total }
        }
        return total * 1.01
    }
}
