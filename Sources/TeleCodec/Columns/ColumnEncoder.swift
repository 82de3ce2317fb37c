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
    /// Resetting deflate costs more than shorter samples are worth: their entropy stands for it.
    private static let smallTrial = 1024
    /// Bits a byte over which deflate at level 1 gains nothing that its time is worth.
    private static let incompressibleBits = 7.6

    // MARK: Bytes

    /// How a run of bytes is stored.
    enum ByteMode: UInt8 {
        case raw = 0
        /// Matches and Huffman codes.
        case deflate = 1
        /// Huffman codes alone: of numbers without repeats smaller than with matches, and several times as fast.
        case huffman = 2
    }

    /// The mode of a run of bytes, from a sample of it: zlib has no fast way out of what does not get smaller.
    static func mode(of bytes: borrowing Span<UInt8>) -> ByteMode {
        bytes.count < 48 || entropy(bytes).bits >= incompressibleBits ? .raw : .deflate
    }

    /// The mode of a plane of numbers by a sample, and what the whole of `count` bytes would take.
    private static func mode(
        ofPlane sample: borrowing Span<UInt8>, count: Int, _ packed: inout [UInt8]
    ) -> (mode: ByteMode, size: Double) {
        let (bits, distinct) = entropy(sample)
        guard sample.count >= 24, bits < incompressibleBits else { return (.raw, Double(count)) }
        let header = 12 + Double(distinct) / 2
        let huffman = min(Double(count), header + max(0.13, bits / 8) * Double(count))
        // Few bits are runs, which only matches make use of.
        guard sample.count >= smallTrial else {
            let size = header + max(0.02, bits / 8) * Double(count)
            return bits < 1.5 ? (.deflate, size) : (.huffman, min(Double(count), size))
        }
        packed.removeAll(keepingCapacity: true)
        guard Deflate.append(sample.bytes, to: &packed, limit: sample.count) else { return (.huffman, huffman) }
        let ratio = max(0.002, (Double(packed.count) - header) / Double(sample.count))
        let deflate = header + ratio * Double(count)
        return deflate < huffman ? (.deflate, deflate) : (.huffman, huffman)
    }

    /// Order-0 entropy of a sample, bits a byte, corrected for what a small sample makes look regular; how many
    /// different bytes it has.
    static func entropy(_ bytes: borrowing Span<UInt8>) -> (bits: Double, distinct: Int) {
        let count = bytes.count
        guard count > 0 else { return (0, 0) }
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
        return ((bits + 0.72 * Double(distinct - 1)) / Double(sampled), distinct)
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

    /// How a column is stored.
    struct Choice {
        var encoding: IntEncoding
        var dictionary: IntDictionary?
        /// Of the planes, where there are any.
        var planes = InlineArray<8, ByteMode>(repeating: .raw)
    }

    /// The encoding with the smallest expected size. `depth`: how many columns this one is nested in.
    static func choose(_ values: borrowing Span<UInt64>, _ statistics: Statistics, depth: Int) -> Choice {
        let count = values.count
        if statistics.runs == 1 { return Choice(encoding: .constant) }
        let width = statistics.width
        let deltaWidth = statistics.deltaWidth
        var best = Choice(encoding: .packed)
        var bestSize = Double(count * width) / 8 + 6
        func consider(_ encoding: IntEncoding, _ size: Double) {
            if size < bestSize {
                best.encoding = encoding
                bestSize = size
            }
        }
        if count > 2 {
            consider(.delta, Double(count * deltaWidth) / 8 + 14)
            consider(.deltaOfDelta, Double(count * statistics.secondWidth) / 8 + 22)
        }
        guard count >= smallColumn else { return best }
        if depth < 3, statistics.runs * 3 < count {
            let lengths = BitPacking.width(of: UInt64(count / statistics.runs) * 4)
            consider(.runs, Double(statistics.runs * (min(width, deltaWidth + 8) + lengths)) / 8 + 12)
        }
        if depth < 3, width > 4, bestSize > 64 {
            if let dictionary = IntDictionary(values, limit: min(count / 3, width > 24 ? 1 << 16 : 1 << 11)) {
                let codes = Double(count * BitPacking.width(of: UInt64(dictionary.values.count - 1))) / 8
                consider(.dictionary, codes * 0.9 + Double(dictionary.values.count * width) / 8 + 12)
                best.dictionary = dictionary
            }
        }
        if bestSize > 48 {
            func considerPlanes(_ encoding: IntEncoding, base: Int64, width: Int) {
                let found = planes(
                    values, base: UInt64(bitPattern: base), width: width, isDelta: encoding == .deltaPlanes, bestSize)
                guard found.size < bestSize else { return }
                best.encoding = encoding
                best.planes = found.modes
                bestSize = found.size
            }
            if width <= deltaWidth + 10 { considerPlanes(.planes, base: statistics.minimum, width: width) }
            if deltaWidth <= width + 1, count > 2 {
                considerPlanes(.deltaPlanes, base: statistics.minimumDelta, width: deltaWidth)
            }
        }
        return best
    }

    /// What byte planes would take, from a sample of each; nothing beyond `limit` is looked at.
    private static func planes(
        _ values: borrowing Span<UInt64>, base: UInt64, width: Int, isDelta: Bool, _ limit: Double
    ) -> (size: Double, modes: InlineArray<8, ByteMode>) {
        let first = isDelta ? 1 : 0
        let available = values.count - first
        let taken = min(available, sampleValues)
        let start = first + (available - taken) / 2
        var total = 6.0
        var modes = InlineArray<8, ByteMode>(repeating: .raw)
        var plane = [UInt8](repeating: 0, count: taken)
        var packed: [UInt8] = []
        for byte in 0..<(width + 7) / 8 {
            let shift = UInt64(byte * 8)
            for i in 0..<taken {
                let value = values[start + i]
                let shown = (isDelta ? value &- values[start + i - 1] : value) &- base
                plane[i] = UInt8(truncatingIfNeeded: shown &>> shift)
            }
            let (mode, size) = mode(ofPlane: plane.span, count: available, &packed)
            modes[byte] = mode
            total += size + 4
            if total > limit { break }
        }
        return (total, modes)
    }
}
