internal import TeleModel

/// A column of doubles, bit for bit: format byte 0 bit patterns, 1 decimal (exponent byte, integers, exceptions),
/// 2 each XOR its predecessor.
package enum DoubleColumn {
    static let bits: UInt8 = 0
    static let decimal: UInt8 = 1
    static let xor: UInt8 = 2
    // Powers of ten that are exact, and products that stay below 2^53.
    private static let powers: [Double] = [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

    package static func encode(_ values: [Double], into out: inout [UInt8]) { encode(values.span, into: &out) }

    package static func encode(_ values: borrowing Span<Double>, into out: inout [UInt8]) {
        guard values.count > 0 else { return }
        if let exponent = exponent(of: values), encodeDecimal(values, exponent, &out) { return }
        var patterns: [UInt64] = []
        var differences: [UInt64] = []
        patterns.reserveCapacity(values.count)
        differences.reserveCapacity(values.count)
        var last: UInt64 = 0
        var zeros = 0
        for i in 0..<values.count {
            let pattern = values[i].bitPattern
            patterns.append(pattern)
            differences.append(pattern ^ last)
            zeros += (pattern ^ last).leadingZeroBitCount
            last = pattern
        }
        // XOR earns where neighbours agree on more than sign and exponent.
        if zeros > values.count * 16 {
            out.append(xor)
            IntColumn.encode(differences, into: &out)
        } else {
            out.append(bits)
            IntColumn.encode(patterns, into: &out)
        }
    }

    /// The smallest exponent that makes a sample of the values integers, or nil where there is none.
    private static func exponent(of values: borrowing Span<Double>) -> Int? {
        var exponent = 0
        let step = max(1, values.count / 64)
        var misses = 0
        var i = 0
        while i < values.count {
            var candidate = exponent
            while candidate < powers.count, scaled(values[i], candidate) == nil { candidate += 1 }
            if candidate < powers.count { exponent = candidate } else { misses += 1 }
            i += step
        }
        return misses > 4 ? nil : exponent
    }

    /// The integer that divides back to exactly this double, if there is one.
    @inline(__always)
    private static func scaled(_ value: Double, _ exponent: Int) -> Int64? {
        let product = (value * powers[exponent]).rounded()
        guard product.magnitude < 0x1p53 else { return nil }
        let integer = Int64(product)
        return (Double(integer) / powers[exponent]).bitPattern == value.bitPattern ? integer : nil
    }

    private static func encodeDecimal(
        _ values: borrowing Span<Double>, _ exponent: Int, _ out: inout [UInt8]
    ) -> Bool {
        var integers: [UInt64] = []
        integers.reserveCapacity(values.count)
        var places: [UInt64] = []
        var exceptions: [UInt64] = []
        let limit = values.count / 16 + 1
        for i in 0..<values.count {
            if let integer = scaled(values[i], exponent) {
                integers.append(UInt64(bitPattern: integer))
            } else {
                guard places.count < limit else { return false }
                integers.append(integers.last ?? 0)
                places.append(UInt64(i))
                exceptions.append(values[i].bitPattern)
            }
        }
        out.append(decimal)
        out.append(UInt8(exponent))
        IntColumn.encode(integers, into: &out)
        out.append(varint: places.count)
        IntColumn.encode(places, into: &out)
        IntColumn.encode(exceptions, into: &out)
        return true
    }

    package static func decode(_ reader: inout ByteReader, count: Int) throws(CodecError) -> [Double] {
        try decodeBits(&reader, count: count).map { Double(bitPattern: $0) }
    }

    /// The bit patterns, as attribute columns hold them.
    package static func decodeBits(_ reader: inout ByteReader, count: Int) throws(CodecError) -> [UInt64] {
        guard count > 0 else { return [] }
        let encoding = try reader.byte()
        switch encoding {
        case bits: return try IntColumn.decode(&reader, count: count)
        case xor:
            var values = try IntColumn.decode(&reader, count: count)
            for i in 1..<max(1, count) { values[i] ^= values[i - 1] }
            return values
        case decimal:
            let exponent = Int(try reader.byte())
            guard exponent < powers.count else { throw reader.error("decimal exponent \(exponent)") }
            let power = powers[exponent]
            var values = try IntColumn.decode(&reader, count: count)
            for i in values.indices { values[i] = (Double(Int64(bitPattern: values[i])) / power).bitPattern }
            let exceptionCount = try reader.count("number of exceptions", limit: count)
            let places = try IntColumn.decode(&reader, count: exceptionCount)
            let exceptions = try IntColumn.decode(&reader, count: exceptionCount)
            for i in places.indices {
                guard places[i] < UInt64(count) else { throw reader.error("exception outside the column") }
                values[Int(places[i])] = exceptions[i]
            }
            return values
        default: throw reader.error("unknown encoding \(encoding) of a double column")
        }
    }
}
