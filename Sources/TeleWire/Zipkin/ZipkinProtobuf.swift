import TeleModel

/// `zipkin.proto3.ListOfSpans`.
enum ZipkinProtobuf {
    static func forEachSpan(
        _ body: [UInt8], _ take: (ZipkinSpan) throws(WireError) -> Void
    ) throws(WireError) {
        var reader = ProtobufReader(body.span.bytes)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x0a else {
                try reader.skip(tag)
                continue
            }
            let at = reader.at
            let range = try reader.range()
            let span = try span(body, range)
            if let problem = span.problem { throw .malformed(problem, at: at) }
            try take(span)
        }
    }

    private static func span(_ body: [UInt8], _ range: Range<Int>) throws(WireError) -> ZipkinSpan {
        var reader = ProtobufReader(body.span.bytes, range)
        var span = ZipkinSpan()
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            switch tag {
            case 0x0a:
                let bytes = body[try reader.range()]
                guard bytes.count == 8 || bytes.count == 16 else {
                    throw .malformed("trace_id has to be 8 or 16 bytes", at: at)
                }
                span.traceLow = number(bytes.suffix(8))
                span.traceHigh = bytes.count == 16 ? number(bytes.prefix(8)) : 0
            case 0x12, 0x1a:
                let bytes = body[try reader.range()]
                guard bytes.count == 8 || (tag == 0x12 && bytes.isEmpty) else {
                    throw .malformed("a span id has to be 8 bytes", at: at)
                }
                if tag == 0x12 { span.parent = number(bytes) } else { span.id = number(bytes) }
            case 0x20:
                switch try reader.varint() {
                case 0: span.kind = 0
                case 1: span.kind = 3
                case 2: span.kind = 2
                case 3: span.kind = 4
                case 4: span.kind = 5
                default: throw .malformed("an unknown kind", at: at)
                }
            case 0x2a: span.name = try text(body, reader.range()).lowercased()
            case 0x31: span.timestamp = try reader.fixed64()
            case 0x38: span.duration = try reader.varint()
            case 0x42: span.local = try endpoint(body, reader.range())
            case 0x4a: span.remote = try endpoint(body, reader.range())
            case 0x52: span.annotations.append(try annotation(body, reader.range()))
            case 0x5a: span.tags.append(try self.tag(body, reader.range()))
            case 0x60: span.isDebug = try reader.bool()
            case 0x68: span.isShared = try reader.bool()
            default: try reader.skip(tag)
            }
        }
        return span
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func text(_ body: [UInt8], _ range: Range<Int>) throws(WireError) -> String {
        guard let text = String(validating: body[range], as: UTF8.self) else {
            throw .malformed("a text is no UTF-8", at: range.lowerBound)
        }
        return text
    }

    private static func endpoint(
        _ body: [UInt8], _ range: Range<Int>
    ) throws(WireError) -> ZipkinSpan.Endpoint {
        var reader = ProtobufReader(body.span.bytes, range)
        var out = ZipkinSpan.Endpoint()
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            switch tag {
            case 0x0a: out.service = try text(body, reader.range()).lowercased()
            case 0x12:
                let bytes = body[try reader.range()]
                if bytes.count == 4 { out.ipv4 = bytes.map { String($0) }.joined(separator: ".") }
            case 0x1a:
                let bytes = body[try reader.range()]
                if bytes.count == 16 { out.ipv6 = ZipkinAddress.text(ofIPv6: Array(bytes)) }
            case 0x20:
                guard let port = UInt16(exactly: try reader.varint()) else {
                    throw .malformed("a port is out of range", at: at)
                }
                out.port = port
            default: try reader.skip(tag)
            }
        }
        return out
    }

    private static func annotation(
        _ body: [UInt8], _ range: Range<Int>
    ) throws(WireError) -> (timestamp: UInt64, value: String) {
        var reader = ProtobufReader(body.span.bytes, range)
        var out = (timestamp: UInt64(0), value: "")
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x09: out.timestamp = try reader.fixed64()
            case 0x12: out.value = try text(body, reader.range())
            default: try reader.skip(tag)
            }
        }
        return out
    }

    private static func tag(
        _ body: [UInt8], _ range: Range<Int>
    ) throws(WireError) -> (key: String, value: String) {
        var reader = ProtobufReader(body.span.bytes, range)
        var out = (key: "", value: "")
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0a: out.key = try text(body, reader.range())
            case 0x12: out.value = try text(body, reader.range())
            default: try reader.skip(tag)
            }
        }
        return out
    }
}
