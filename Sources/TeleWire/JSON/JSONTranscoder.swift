import TeleModel

/// Turns OTLP JSON into OTLP protobuf in one pass over the text, field by field, without a tree between: so both
/// encodings have one decoder, one set of limits and one idea of what a bad record is.
///
/// As proto3's JSON mapping with OTLP's exceptions: names in lowerCamelCase or as in the .proto file, unknown ones
/// skipped; null is absent; 64-bit integers as text or number; enums as numbers or names; ids in hexadecimal of either
/// case; bytes in base64 of either alphabet. An id that is no hexadecimal is passed on with a wrong length: it costs
/// its record, not the request.
struct JSONTranscoder: ~Escapable, ~Copyable {
    var reader: JSONReader
    var out: ProtobufWriter
    private let messages = OTLPSchema.messages
    private var scratch: [UInt8] = []

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan) {
        reader = JSONReader(bytes)
        out = ProtobufWriter(capacity: bytes.byteCount / 2)
    }

    /// Deeper messages are skipped. An attribute value nests two or three messages a level, so that this is beyond
    /// ``Limits/valueDepth`` and the protobuf decoder refuses what holds them.
    private static let depth = Limits.valueDepth * 3 + 20

    static func transcode(_ body: RawSpan, message: Int) throws(WireError) -> [UInt8] {
        var transcoder = JSONTranscoder(body)
        try transcoder.message(message, depth: 0)
        try transcoder.reader.end()
        return transcoder.out.bytes
    }

    private mutating func message(_ index: Int, depth: Int) throws(WireError) {
        guard depth < JSONTranscoder.depth else { return try reader.skip() }
        try reader.expect(0x7b, "an object is expected")
        if reader.take(0x7d) { return }
        repeat {
            let name = try reader.string()
            try reader.expect(0x3a, "a colon is expected")
            if let field = try find(name, index) {
                try self.field(messages[index][field], depth: depth)
            } else {
                try reader.skip()
            }
        } while reader.take(0x2c)
        try reader.expect(0x7d, "a comma or a closing bracket is expected")
    }

    private mutating func find(_ name: JSONReader.Text, _ message: Int) throws(WireError) -> Int? {
        var range = name.range
        scratch.removeAll(keepingCapacity: true)
        if name.hasEscapes {
            try reader.append(name, to: &scratch)
            range = 0..<scratch.count
        }
        let fields = messages[message]
        for i in fields.indices {
            let isSame =
                name.hasEscapes
                ? scratch == fields[i].name || scratch == fields[i].protoName
                : isSame(fields[i].name, range) || isSame(fields[i].protoName, range)
            if isSame { return i }
        }
        return nil
    }

    @inline(__always)
    private func isSame(_ name: [UInt8], _ range: Range<Int>) -> Bool {
        name.count == range.count
            && ByteCompare.isSame(name.span.bytes, 0, reader.bytes, range.lowerBound, range.count)
    }

    private mutating func field(_ field: OTLPSchema.Field, depth: Int) throws(WireError) {
        if reader.peek() == 0x6e { return try reader.literal("null") }
        do throws(WireError) {
            guard field.isRepeated else { return try value(field, depth: depth, isPacked: false) }
            try reader.expect(0x5b, "an array is expected")
            if reader.take(0x5d) { return }
            let isPacked =
                switch field.kind {
                case .message, .string, .bytes, .id: false
                default: true
                }
            let start = isPacked ? out.open(field.number) : 0
            repeat {
                if reader.peek() == 0x6e {
                    try reader.literal("null")
                } else {
                    try value(field, depth: depth, isPacked: isPacked)
                }
            } while reader.take(0x2c)
            try reader.expect(0x5d, "a comma or a closing bracket is expected")
            if isPacked { out.close(start) }
        } catch {
            throw error.within(String(decoding: field.name, as: UTF8.self))
        }
    }

    /// One value; `isPacked`: without its tag.
    private mutating func value(_ field: OTLPSchema.Field, depth: Int, isPacked: Bool) throws(WireError) {
        let number = field.number
        func tag(_ out: inout ProtobufWriter, _ wireType: UInt64) { if !isPacked { out.tag(number, wireType) } }
        switch field.kind {
        case .message(let index):
            let start = out.open(number)
            try message(index, depth: depth + 1)
            out.close(start)
        case .string:
            let text = try reader.string()
            let start = out.open(number)
            try reader.append(text, to: &out.bytes)
            out.close(start)
        case .bytes:
            let start = out.open(number)
            try base64(try reader.string())
            out.close(start)
        case .id:
            let start = out.open(number)
            try hex(try reader.string())
            out.close(start)
        case .bool:
            let isTrue = reader.peek() == 0x74
            try reader.literal(isTrue ? "true" : "false")
            tag(&out, 0)
            out.raw(varint: isTrue ? 1 : 0)
        case .int32, .uint32, .fixed32, .sint32: try small(field.kind, number, isPacked)
        case .int64:
            let value = try signed()
            tag(&out, 0)
            out.raw(varint: UInt64(bitPattern: value))
        case .uint64:
            let value = try unsigned()
            tag(&out, 0)
            out.raw(varint: value)
        case .fixed64:
            let value = try unsigned()
            tag(&out, 1)
            out.raw(fixed64: value)
        case .sfixed64:
            let value = try signed()
            tag(&out, 1)
            out.raw(fixed64: UInt64(bitPattern: value))
        case .double:
            let value = try double()
            tag(&out, 1)
            out.raw(fixed64: value.bitPattern)
        case .enumeration(let index): try enumeration(index, number)
        }
    }

    private mutating func small(_ kind: OTLPSchema.Kind, _ number: Int, _ isPacked: Bool) throws(WireError) {
        let at = reader.at
        let value = try signed()
        let isSigned = kind == .int32 || kind == .sint32
        guard isSigned ? Int32(exactly: value) != nil : UInt32(exactly: value) != nil else {
            throw .malformed("a number is beyond 32 bits", at: at)
        }
        let bits = UInt32(truncatingIfNeeded: value)
        switch kind {
        case .fixed32: out.fixed32(number, bits)
        case .sint32: out.sint32(number, Int32(bitPattern: bits))
        case .int32: out.int32(number, Int32(bitPattern: bits))
        default: out.uint32(number, bits)
        }
    }

    private mutating func enumeration(_ index: Int, _ number: Int) throws(WireError) {
        let at = reader.at
        guard reader.peek() == 0x22 else {
            guard let value = Int32(exactly: try signed()) else {
                throw .malformed("a number is beyond 32 bits", at: at)
            }
            return out.int32(number, value)
        }
        scratch.removeAll(keepingCapacity: true)
        try reader.append(try reader.string(), to: &scratch)
        let name = String(decoding: scratch, as: UTF8.self)
        if let known = OTLPSchema.enums[index].first(where: { $0.name == name }) {
            out.int32(number, known.number)
        } else if let value = Int32(name) {
            out.int32(number, value)
        }
    }

    private mutating func hex(_ text: JSONReader.Text) throws(WireError) {
        guard text.range.count % 2 == 0, !text.hasEscapes else { return out.bytes.append(0) }
        let start = out.bytes.count
        for i in stride(from: text.range.lowerBound, to: text.range.upperBound, by: 2) {
            guard let high = Hex.value(reader.byte(i)), let low = Hex.value(reader.byte(i + 1)) else {
                out.bytes.removeLast(out.bytes.count - start)
                return out.bytes.append(0)
            }
            out.bytes.append(high << 4 | low)
        }
    }

    private mutating func base64(_ text: JSONReader.Text) throws(WireError) {
        scratch.removeAll(keepingCapacity: true)
        try reader.append(text, to: &scratch)
        while scratch.last == 0x3d { scratch.removeLast() }
        guard scratch.count % 4 != 1 else { throw .malformed("base64 has a wrong length", at: text.range.lowerBound) }
        var (bits, count) = (UInt32(0), 0)
        for digit in scratch {
            let value: UInt8
            switch digit {
            case 0x41...0x5a: value = digit - 0x41
            case 0x61...0x7a: value = digit - 0x47
            case 0x30...0x39: value = digit + 4
            case 0x2b, 0x2d: value = 62
            case 0x2f, 0x5f: value = 63
            default: throw .malformed("base64 has a character that is none of its own", at: text.range.lowerBound)
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                out.bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
    }
}
