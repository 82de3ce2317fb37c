internal import TeleCodec
internal import TeleModel

/// The integer column of a sample chunk: the residuals of order 0, 1 or 2 (value, difference, difference of
/// differences; whichever comes out smallest), bit packed above a base, either for the whole column or for every
/// ``blockRows`` residuals, so that an outlier (a counter's reset) costs its own block only.
///
/// Layout: flags (1 byte: bits 0-1 order, bit 2 one block for all), the first `order` residuals as zigzag varints, then
/// a block each: base (zigzag varint), width in bits (1 byte, 0...64), the residuals minus the base packed little
/// endian, padded to a byte. The count stands outside. All arithmetic wraps, so every Int64 comes back.
enum IntegerBlocks {
    static let blockRows = 64
    private static let orderMask: UInt8 = 3
    private static let uniform: UInt8 = 4

    /// Appends the column, and leaves its residuals in `values`.
    static func encode(_ values: inout [Int64], into out: inout [UInt8]) {
        let count = values.count
        var bestOrder = 0
        var bestCost = Int.max
        var bestUniform = false
        for order in 0...2 where order == 0 || count > order {
            let cost = cost(values.span, order: order)
            if cost.bytes < bestCost { (bestOrder, bestCost, bestUniform) = (order, cost.bytes, cost.isUniform) }
        }
        out.append(UInt8(bestOrder) | (bestUniform ? uniform : 0))
        difference(&values, order: bestOrder)
        let lead = min(bestOrder, count)
        for i in 0..<lead { out.append(varint: Varint.zigzag(values[i])) }
        let blockRows = bestUniform ? max(1, count) : blockRows
        var start = lead
        while start < count {
            let end = min(count, start &+ blockRows)
            appendBlock(values.span.extracting(start..<end), into: &out)
            start = end
        }
    }

    /// Size of the column at an order, within a byte or two a block, and whether one block for all is the smaller way.
    private static func cost(_ values: borrowing Span<Int64>, order: Int) -> (bytes: Int, isUniform: Bool) {
        var low = Int64.max
        var high = Int64.min
        var allLow = Int64.max
        var allHigh = Int64.min
        var bytes = 0
        var inBlock = 0
        var last: Int64 = 0
        var lastDelta: Int64 = 0
        for i in 0..<values.count {
            let value = values[i]
            let delta = value &- last
            let residual = order == 0 ? value : order == 1 ? delta : delta &- lastDelta
            last = value
            lastDelta = delta
            if i < order { continue }
            low = min(low, residual)
            high = max(high, residual)
            inBlock &+= 1
            if inBlock == blockRows || i == values.count &- 1 {
                bytes &+= blockBytes(low: low, high: high, count: inBlock)
                allLow = min(allLow, low)
                allHigh = max(allHigh, high)
                (low, high, inBlock) = (.max, .min, 0)
            }
        }
        guard values.count > order else { return (0, true) }
        let one = blockBytes(low: allLow, high: allHigh, count: values.count &- order)
        return one <= bytes ? (one &+ order, true) : (bytes &+ order, false)
    }

    @inline(__always)
    private static func width(low: Int64, high: Int64) -> Int {
        64 &- UInt64(bitPattern: high &- low).leadingZeroBitCount
    }

    private static func blockBytes(low: Int64, high: Int64, count: Int) -> Int {
        let baseBits = 64 &- Varint.zigzag(low).leadingZeroBitCount
        return 2 &+ baseBits / 7 &+ (width(low: low, high: high) &* count &+ 7) / 8
    }

    private static func difference(_ values: inout [Int64], order: Int) {
        for pass in 0..<order {
            var i = values.count &- 1
            while i > pass {
                values[i] &-= values[i &- 1]
                i &-= 1
            }
        }
    }

    private static func appendBlock(_ residuals: borrowing Span<Int64>, into out: inout [UInt8]) {
        var low = Int64.max
        var high = Int64.min
        for i in 0..<residuals.count {
            low = min(low, residuals[i])
            high = max(high, residuals[i])
        }
        let width = width(low: low, high: high)
        out.append(varint: Varint.zigzag(low))
        out.append(UInt8(width))
        guard width > 0 else { return }
        var word: UInt64 = 0
        var fill = 0
        for i in 0..<residuals.count {
            let value = UInt64(bitPattern: residuals[i] &- low)
            word |= value << UInt64(fill)
            fill &+= width
            if fill >= 64 {
                out.append(uint64: word)
                fill &-= 64
                word = fill == 0 ? 0 : value >> UInt64(width &- fill)
            }
        }
        while fill > 0 {
            out.append(UInt8(truncatingIfNeeded: word))
            word >>= 8
            fill &-= 8
        }
    }

    /// Reads `count` values into the front of `out`, which has room for them.
    static func decode(
        _ reader: inout ByteReader, count: Int, into out: inout MutableSpan<Int64>
    ) throws(CodecError) {
        let flags = try reader.byte()
        let order = Int(flags & orderMask)
        guard order <= 2, flags & ~(orderMask | uniform) == 0 else {
            throw reader.error("integer column of unknown form")
        }
        let lead = min(order, count)
        for i in 0..<lead { out[i] = Varint.unzigzag(try reader.varint()) }
        let blockRows = flags & uniform != 0 ? max(1, count) : blockRows
        var start = lead
        while start < count {
            let end = min(count, start &+ blockRows)
            try readBlock(&reader, start, end, into: &out)
            start = end
        }
        if order == 1 {
            var value: Int64 = 0
            for i in 0..<count {
                value &+= out[i]
                out[i] = value
            }
        } else if order == 2, count > 1 {
            var delta = out[1]
            var value = out[0] &+ delta
            out[1] = value
            for i in 2..<max(2, count) {
                delta &+= out[i]
                value &+= delta
                out[i] = value
            }
        }
    }

    @inline(__always)
    private static func readBlock(
        _ reader: inout ByteReader, _ start: Int, _ end: Int, into out: inout MutableSpan<Int64>
    ) throws(CodecError) {
        let base = Varint.unzigzag(try reader.varint())
        let width = Int(try reader.byte())
        guard width <= 64 else { throw reader.error("bit width \(width)") }
        if width == 0 {
            for i in start..<end { out[i] = base }
            return
        }
        let bytes = try reader.take((width &* (end &- start) &+ 7) / 8)
        let mask = width == 64 ? UInt64.max : (1 as UInt64) << UInt64(width) &- 1
        let lastWord = bytes.byteCount &- 8
        var bit = 0
        for i in start..<end {
            let at = bit >> 3
            let shift = bit & 7
            var value: UInt64
            if at <= lastWord {
                value = bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self) >> UInt64(shift)
                if shift &+ width > 64 {
                    let next = UInt64(bytes.unsafeLoad(fromByteOffset: at &+ 8, as: UInt8.self))
                    value |= next << UInt64(64 &- shift)
                }
            } else {
                value = tail(bytes, at, shift)
            }
            out[i] = base &+ Int64(bitPattern: value & mask)
            bit &+= width
        }
    }

    /// The bits from a place so near the end that no whole word can be loaded there.
    private static func tail(_ bytes: RawSpan, _ at: Int, _ shift: Int) -> UInt64 {
        var value: UInt64 = 0
        var fill = 0
        var i = at
        while i < bytes.byteCount, fill < 64 {
            value |= UInt64(bytes.unsafeLoad(fromByteOffset: i, as: UInt8.self)) << UInt64(fill)
            fill &+= 8
            i &+= 1
        }
        return value >> UInt64(shift)
    }
}
