import TeleModel

/// Writes protobuf messages of OTLP as JSON, field by field as they stand. The bytes are those that our own encoder
/// made, or that were checked at the door.
struct ProtobufToJSON {
    private let style: JSONStyle
    private let messages = OTLPSchema.messages
    var out: [UInt8] = []

    init(style: JSONStyle) { self.style = style }

    mutating func message(_ index: Int, _ reader: consuming ProtobufReader, isRoot: Bool = false) throws(WireError) {
        let fields = messages[index]
        var seen: UInt64 = 0
        var isFirst = true
        out.append(0x7b)
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            let number = Int(tag >> 3)
            guard let place = fields.firstIndex(where: { $0.number == number }), seen & 1 << UInt64(place) == 0 else {
                try reader.skip(tag)
                continue
            }
            seen |= 1 << UInt64(place)
            if !isFirst { out.append(0x2c) }
            isFirst = false
            let field = fields[place]
            out.append(0x22)
            if isRoot, let root = style.root { out += root.utf8 } else { out += field.name }
            out += [0x22, 0x3a]
            if field.isRepeated {
                try list(field, tag, reader.reader(at..<reader.end))
                try reader.skip(tag)
            } else {
                try value(field, tag, &reader)
            }
        }
        out.append(0x7d)
    }

    /// All occurrences of a repeated field, packed or not.
    private mutating func list(
        _ field: OTLPSchema.Field, _ first: UInt32, _ reader: consuming ProtobufReader
    ) throws(WireError) {
        var isFirst = true
        out.append(0x5b)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag >> 3 == first >> 3 else {
                try reader.skip(tag)
                continue
            }
            if !isFirst { out.append(0x2c) }
            isFirst = false
            try value(field, tag, &reader)
        }
        out.append(0x5d)
    }

    private mutating func value(
        _ field: OTLPSchema.Field, _ tag: UInt32, _ reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.kind {
        case .message(let index): try message(index, try reader.message())
        case .string: ValueText.appendQuoted(Span(_bytes: reader.bytes.extracting(try reader.range())), to: &out)
        case .bytes: base64(reader.bytes, try reader.range())
        case .id:
            let range = try reader.range()
            if style.identifiers == .base64 { base64(reader.bytes, range) } else { hex(reader.bytes, range) }
        case .bool: out += (try reader.bool() ? "true" : "false").utf8
        case .int32: FloatText.append(Int64(try reader.int32()), to: &out)
        case .uint32: FloatText.append(UInt64(try reader.uint32()), to: &out)
        case .sint32: FloatText.append(Int64(try reader.sint32()), to: &out)
        case .fixed32: FloatText.append(UInt64(try reader.fixed32()), to: &out)
        case .enumeration(let index): enumeration(index, try reader.int32())
        case .double: double(try reader.double())
        case .int64: quoted(Int64(bitPattern: try reader.varint()))
        case .sfixed64: quoted(Int64(bitPattern: try reader.fixed64()))
        case .uint64: quoted(try reader.varint())
        case .fixed64: quoted(try reader.fixed64())
        }
    }

    private mutating func quoted(_ value: UInt64) {
        out.append(0x22)
        FloatText.append(value, to: &out)
        out.append(0x22)
    }

    private mutating func quoted(_ value: Int64) {
        out.append(0x22)
        FloatText.append(value, to: &out)
        out.append(0x22)
    }

    private mutating func double(_ value: Double) {
        if value.isFinite { return ValueText.appendDouble(value, quoted: false, to: &out) }
        out += (value.isNaN ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"").utf8
    }

    private mutating func enumeration(_ index: Int, _ number: Int32) {
        if style.enumerations == .names,
            let known = OTLPSchema.enums[index].first(where: { $0.number == number })
        {
            out.append(0x22)
            out += known.name.utf8
            out.append(0x22)
        } else {
            FloatText.append(Int64(number), to: &out)
        }
    }

    private mutating func base64(_ bytes: RawSpan, _ range: Range<Int>) {
        out.append(0x22)
        ValueText.appendBase64(Span(_bytes: bytes.extracting(range)), to: &out)
        out.append(0x22)
    }

    private mutating func hex(_ bytes: RawSpan, _ range: Range<Int>) {
        out.append(0x22)
        for i in range {
            let byte = bytes.unsafeLoad(fromByteOffset: i, as: UInt8.self)
            out.append(Hex.digit(byte >> 4))
            out.append(Hex.digit(byte & 15))
        }
        out.append(0x22)
    }
}
