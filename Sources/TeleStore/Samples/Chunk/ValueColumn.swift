internal import TeleCodec
internal import TeleModel

/// The doubles of a sample chunk as integers where that is exact: decimals as `m / 10^e`, others as `m * 2^-k`, else
/// their bit patterns. Values that do not fit the form (staleness markers, NaN, infinities, -0) are exceptions kept
/// beside with all their bits, so that every bit pattern comes back.
///
/// Layout: kind (1 byte), then
/// - 0 constant: the 8 bytes of the value
/// - 1 decimal: e (1 byte, 0...``maxDecimals``), exceptions, ``IntegerBlocks``
/// - 2 binary: k (zigzag varint), exceptions, ``IntegerBlocks``
/// - 3 bit patterns: how many low bits were 0 in all (1 byte), ``IntegerBlocks``
///
/// Exceptions: count (varint), then each: rows since the one before (varint) and 8 bytes.
struct ValueColumn {
    static let maxDecimals = 12
    /// Powers of ten are exact doubles up to 10^22.
    private static let powers: InlineArray<13, Double> = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
    ]
    /// Adding and taking away 1.5 * 2^52 rounds to the nearest integer below 2^51.
    private static let rounder = 6_755_399_441_055_744.0
    private static let decimalLimit = 2_251_799_813_685_248.0

    private enum Kind: UInt8 {
        case constant = 0, decimal, binary, bits
    }

    // Working memory, reused from chunk to chunk.
    private var integers: [Int64] = []
    private var exceptionRows: [Int] = []

    mutating func encode(_ values: borrowing Span<Double>, into out: inout [UInt8]) {
        if isConstant(values) {
            out.append(Kind.constant.rawValue)
            out.append(uint64: values.count == 0 ? 0 : values[0].bitPattern)
        } else if let decimals = decimals(values) {
            toDecimal(values, decimals)
            out.append(Kind.decimal.rawValue)
            out.append(UInt8(decimals))
            appendExceptions(values, into: &out)
            IntegerBlocks.encode(&integers, into: &out)
        } else if let shift = binaryShift(values) {
            toBinary(values, shift)
            out.append(Kind.binary.rawValue)
            out.append(varint: Varint.zigzag(Int64(shift)))
            appendExceptions(values, into: &out)
            IntegerBlocks.encode(&integers, into: &out)
        } else {
            var all: UInt64 = 0
            for i in 0..<values.count { all |= values[i].bitPattern }
            let zeros = min(63, all.trailingZeroBitCount)
            integers.removeAll(keepingCapacity: true)
            for i in 0..<values.count { integers.append(Int64(bitPattern: values[i].bitPattern >> UInt64(zeros))) }
            out.append(Kind.bits.rawValue)
            out.append(UInt8(zeros))
            IntegerBlocks.encode(&integers, into: &out)
        }
    }

    private func isConstant(_ values: borrowing Span<Double>) -> Bool {
        for i in 1..<max(1, values.count) where values[i].bitPattern != values[0].bitPattern { return false }
        return true
    }

    /// How many exceptions are worth it: each costs 9 bytes.
    private static func exceptionLimit(_ count: Int) -> Int { 2 &+ count / 16 }

    @inline(__always)
    private static func scaled(_ value: Double, _ power: Double) -> Double? {
        let x = value * power
        guard x.magnitude < decimalLimit else { return nil }
        let rounded = (x + rounder) - rounder
        return (rounded / power).bitPattern == value.bitPattern ? rounded : nil
    }

    /// The fewest decimals at which all values but a few are exact; nil where there are none.
    private func decimals(_ values: borrowing Span<Double>) -> Int? {
        let limit = ValueColumn.exceptionLimit(values.count)
        var decimals = 0
        var misses = 0
        // A few rows across the chunk first: random doubles are told from them at once.
        var probes = 0
        for probe in 0..<min(4, values.count) {
            let value = values[probe &* values.count / 4]
            if ValueColumn.decimals(of: value, from: 0) == nil { probes &+= 1 }
        }
        if probes >= 3 { return nil }
        for i in 0..<values.count {
            if ValueColumn.scaled(values[i], ValueColumn.powers[decimals]) != nil { continue }
            if let more = ValueColumn.decimals(of: values[i], from: decimals) {
                decimals = more
            } else {
                misses &+= 1
                if misses > limit { return nil }
            }
        }
        misses = 0
        for i in 0..<values.count where ValueColumn.scaled(values[i], ValueColumn.powers[decimals]) == nil {
            misses &+= 1
            if misses > limit { return nil }
        }
        return decimals
    }

    private static func decimals(of value: Double, from: Int) -> Int? {
        for candidate in from...maxDecimals where scaled(value, powers[candidate]) != nil { return candidate }
        return nil
    }

    private mutating func toDecimal(_ values: borrowing Span<Double>, _ decimals: Int) {
        let power = ValueColumn.powers[decimals]
        integers.removeAll(keepingCapacity: true)
        exceptionRows.removeAll(keepingCapacity: true)
        var last: Int64 = 0
        for i in 0..<values.count {
            if let scaled = ValueColumn.scaled(values[i], power) {
                last = Int64(scaled)
            } else {
                exceptionRows.append(i)
            }
            integers.append(last)
        }
    }

    /// `k` such that all values but a few are integers of at most 62 bits times `2^-k`.
    private func binaryShift(_ values: borrowing Span<Double>) -> Int? {
        var shift = Int.min
        var top = Int.min
        var misses = 0
        for i in 0..<values.count {
            guard let parts = ValueColumn.parts(values[i]) else {
                misses &+= 1
                continue
            }
            guard parts.significand != 0 else { continue }
            shift = max(shift, -parts.exponent)
            top = max(top, parts.exponent &+ 64 &- parts.significand.leadingZeroBitCount)
        }
        guard misses <= ValueColumn.exceptionLimit(values.count), shift != Int.min, abs(shift) <= 1000,
            top &+ shift <= 62
        else { return nil }
        return shift
    }

    /// An odd significand (or 0) and its power of two; nil for what is no normal number.
    @inline(__always)
    private static func parts(_ value: Double) -> (significand: UInt64, exponent: Int)? {
        let bits = value.bitPattern
        if bits == 0 { return (0, 0) }
        let exponent = Int(bits >> 52 & 0x7ff)
        guard exponent != 0, exponent != 0x7ff else { return nil }
        let significand = bits & 0xf_ffff_ffff_ffff | 1 << 52
        let zeros = significand.trailingZeroBitCount
        return (significand >> UInt64(zeros), exponent &- 1075 &+ zeros)
    }

    private mutating func toBinary(_ values: borrowing Span<Double>, _ shift: Int) {
        integers.removeAll(keepingCapacity: true)
        exceptionRows.removeAll(keepingCapacity: true)
        var last: Int64 = 0
        for i in 0..<values.count {
            if let parts = ValueColumn.parts(values[i]) {
                // Within 62 bits: ``binaryShift(_:)`` has looked at every value.
                let magnitude = parts.significand == 0 ? 0 : Int64(parts.significand << UInt64(parts.exponent &+ shift))
                last = values[i] < 0 ? -magnitude : magnitude
            } else {
                exceptionRows.append(i)
            }
            integers.append(last)
        }
    }

    private func appendExceptions(_ values: borrowing Span<Double>, into out: inout [UInt8]) {
        out.append(varint: exceptionRows.count)
        var next = 0
        for row in exceptionRows {
            out.append(varint: row &- next)
            out.append(uint64: values[row].bitPattern)
            next = row &+ 1
        }
    }

    /// Reads `count` values into the front of `out`; `integers` is working memory. Both have room for them.
    static func decode(
        _ reader: inout ByteReader, count: Int, integers: inout MutableSpan<Int64>, into out: inout MutableSpan<Double>
    ) throws(CodecError) {
        guard let kind = Kind(rawValue: try reader.byte()) else { throw reader.error("values of unknown kind") }
        switch kind {
        case .constant:
            let value = Double(bitPattern: try reader.uint64())
            for i in 0..<count { out[i] = value }
        case .decimal:
            let decimals = Int(try reader.byte())
            guard decimals <= maxDecimals else { throw reader.error("\(decimals) decimals") }
            var exceptions = try Exceptions(&reader, rows: count)
            try IntegerBlocks.decode(&reader, count: count, into: &integers)
            if decimals == 0 {
                for i in 0..<count { out[i] = Double(integers[i]) }
            } else {
                let power = powers[decimals]
                for i in 0..<count { out[i] = Double(integers[i]) / power }
            }
            exceptions.apply(to: &out)
        case .binary:
            let shift = Varint.unzigzag(try reader.varint())
            guard shift >= -1000, shift <= 1000 else { throw reader.error("binary shift \(shift)") }
            var exceptions = try Exceptions(&reader, rows: count)
            try IntegerBlocks.decode(&reader, count: count, into: &integers)
            let scale = Double(sign: .plus, exponent: -Int(shift), significand: 1)
            for i in 0..<count { out[i] = Double(integers[i]) * scale }
            exceptions.apply(to: &out)
        case .bits:
            let zeros = UInt64(try reader.byte())
            guard zeros < 64 else { throw reader.error("\(zeros) low bits") }
            try IntegerBlocks.decode(&reader, count: count, into: &integers)
            for i in 0..<count { out[i] = Double(bitPattern: UInt64(bitPattern: integers[i]) << zeros) }
        }
    }

    private struct Exceptions {
        var rows: [Int] = []
        var bits: [UInt64] = []

        init(_ reader: inout ByteReader, rows count: Int) throws(CodecError) {
            let exceptions = try reader.count("exceptions", limit: count)
            var next = 0
            for _ in 0..<exceptions {
                let row = next &+ (try reader.count("exception row", limit: count))
                guard row < count else { throw reader.error("exception at row \(row) of \(count)") }
                rows.append(row)
                bits.append(try reader.uint64())
                next = row &+ 1
            }
        }

        mutating func apply(to out: inout MutableSpan<Double>) {
            for (row, bits) in zip(rows, bits) { out[row] = Double(bitPattern: bits) }
        }
    }
}
