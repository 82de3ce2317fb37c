import TeleModel

/// Writes an `AnyValue` anew in its plain form: one field, nothing unknown, no field twice. What is kept of nested
/// values is written by this, so that everyone who reads them later walks a well-formed tree of bounded depth.
struct ValueWriter {
    var out = ProtobufWriter()
    var issue: RecordIssue?

    /// The fields of an `AnyValue`, without a tag or length of its own.
    mutating func value(_ reader: inout ProtobufReader, depth: Int) throws(WireError) {
        // A oneof: the last field counts, merged with those of its number that no other field came between.
        let start = reader.at
        var (chosen, from) = (UInt32(0), start)
        var bits: UInt64 = 0
        var range = 0..<0
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            switch tag {
            case 0x0A, 0x3A: range = try reader.range()
            case 0x10, 0x18: bits = try reader.varint()
            case 0x21: bits = try reader.fixed64()
            case 0x2A, 0x32: _ = try reader.range()
            default:
                try reader.skip(tag)
                continue
            }
            if tag != chosen { (chosen, from) = (tag, at) }
        }
        switch chosen {
        case 0x0A:
            if !UTF8Check.isValid(reader.bytes, range) { issue = issue ?? .text }
            out.bytes(1, Span(_bytes: reader.bytes.extracting(range)))
        case 0x10: out.bool(2, bits != 0)
        case 0x18: out.uint64(3, bits)
        case 0x21: out.fixed64(4, bits)
        case 0x3A: out.bytes(7, Span(_bytes: reader.bytes.extracting(range)))
        case 0x2A, 0x32: try list(chosen, reader.reader(from..<reader.end), depth: depth)
        default: break
        }
    }

    private mutating func list(_ field: UInt32, _ message: consuming ProtobufReader, depth: Int) throws(WireError) {
        guard depth <= Limits.valueDepth else {
            issue = issue ?? .valueDepth
            return
        }
        let outer = out.open(Int(field >> 3))
        while !message.isAtEnd {
            let tag = try message.tag()
            guard tag == field else {
                try message.skip(tag)
                continue
            }
            var items = try message.message()
            while !items.isAtEnd {
                let tag = try items.tag()
                guard tag == 0x0A else {
                    try items.skip(tag)
                    continue
                }
                var item = try items.message()
                let inner = out.open(1)
                if field == 0x2A { try value(&item, depth: depth + 1) } else { try pair(&item, depth: depth + 1) }
                out.close(inner)
            }
        }
        out.close(outer)
    }

    private mutating func pair(_ reader: inout ProtobufReader, depth: Int) throws(WireError) {
        let start = reader.at
        var (key, inner, values) = (0..<0, 0..<0, 0)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A: key = try reader.range()
            case 0x12:
                inner = try reader.range()
                values += 1
            default: try reader.skip(tag)
            }
        }
        if !UTF8Check.isValid(reader.bytes, key) { issue = issue ?? .text }
        out.bytes(1, Span(_bytes: reader.bytes.extracting(key)))
        let open = out.open(2)
        if values > 1 {
            var whole = reader.reader(start..<reader.end)
            let bytes = try ValueWriter.joined(field: 2, of: &whole)
            var joined = ProtobufReader(bytes.span.bytes)
            try value(&joined, depth: depth)
        } else if values == 1 {
            var one = reader.reader(inner)
            try value(&one, depth: depth)
        }
        out.close(open)
    }

    /// The contents of all occurrences of a length-delimited field, one after another: parsing that merges them.
    static func joined(field: UInt32, of reader: inout ProtobufReader) throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == field << 3 | 2 else {
                try reader.skip(tag)
                continue
            }
            let range = try reader.range()
            reader.bytes.extracting(range).withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
