import TeleModel

/// A JSON list of spans (zipkin2-api.yaml). Unknown fields are skipped, nulls are as if the field were not there.
struct ZipkinJSON: ~Escapable, ~Copyable {
    private var reader: JSONReader

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan) { reader = JSONReader(bytes) }

    static func forEachSpan(
        _ body: [UInt8], _ take: (ZipkinSpan) throws(WireError) -> Void
    ) throws(WireError) {
        var json = ZipkinJSON(body.span.bytes)
        try json.reader.expect(0x5b, "a JSON list of spans is expected")
        if !json.reader.take(0x5d) {
            repeat {
                let at = json.reader.at
                let span = try json.span()
                if let problem = span.problem { throw .malformed(problem, at: at) }
                try take(span)
            } while json.reader.take(0x2c)
            try json.reader.expect(0x5d, "a comma or the end of the list is expected")
        }
        try json.reader.end()
    }

    /// The next key of an object whose opening bracket is taken; nil at its end.
    private mutating func key(isFirst: Bool) throws(WireError) -> String? {
        if reader.take(0x7d) { return nil }
        if !isFirst { try reader.expect(0x2c, "a comma or a closing bracket is expected") }
        let key = try text()
        try reader.expect(0x3a, "a colon is expected")
        return key
    }

    private mutating func span() throws(WireError) -> ZipkinSpan {
        try reader.expect(0x7b, "a span has to be an object")
        var span = ZipkinSpan()
        var isFirst = true
        while let key = try key(isFirst: isFirst) {
            isFirst = false
            if try isNull() { continue }
            do throws(WireError) { try field(key, of: &span) } catch { throw error.within(key) }
        }
        return span
    }

    private mutating func field(_ key: String, of span: inout ZipkinSpan) throws(WireError) {
        switch key {
        case "traceId":
            let id = try identifier(digits: 32)
            (span.traceHigh, span.traceLow) = id
        case "id": span.id = try identifier(digits: 16).low
        case "parentId": span.parent = try identifier(digits: 16).low
        case "kind":
            let at = reader.at
            guard let kind = ZipkinJSON.kinds[try text()] else { throw .malformed("an unknown kind", at: at) }
            span.kind = kind
        case "name": span.name = try text().lowercased()
        case "timestamp": span.timestamp = try number()
        case "duration": span.duration = try number()
        case "localEndpoint": span.local = try endpoint()
        case "remoteEndpoint": span.remote = try endpoint()
        case "annotations": try annotations(&span)
        case "tags": try tags(&span)
        case "debug": span.isDebug = try flag()
        case "shared": span.isShared = try flag()
        default: try reader.skip()
        }
    }

    private static let kinds: [String: Int32] = ["CLIENT": 3, "SERVER": 2, "PRODUCER": 4, "CONSUMER": 5]

    private mutating func endpoint() throws(WireError) -> ZipkinSpan.Endpoint {
        try reader.expect(0x7b, "an endpoint has to be an object")
        var out = ZipkinSpan.Endpoint()
        var isFirst = true
        while let key = try key(isFirst: isFirst) {
            isFirst = false
            if try isNull() { continue }
            switch key {
            case "serviceName": out.service = try text().lowercased()
            case "ipv4", "ipv6":
                let address = try text()
                switch ZipkinAddress.isIPv6(address) {
                case true?: out.ipv6 = address.lowercased()
                case false?: out.ipv4 = address
                case nil: break
                }
            case "port":
                let at = reader.at
                guard let port = UInt16(exactly: try number()) else {
                    throw .malformed("a port is out of range", at: at)
                }
                out.port = port
            default: try reader.skip()
            }
        }
        return out
    }

    private mutating func annotations(_ span: inout ZipkinSpan) throws(WireError) {
        try reader.expect(0x5b, "annotations have to be a list")
        if reader.take(0x5d) { return }
        repeat {
            try reader.expect(0x7b, "an annotation has to be an object")
            var annotation = (timestamp: UInt64(0), value: "")
            var isFirst = true
            while let key = try key(isFirst: isFirst) {
                isFirst = false
                switch key {
                case "timestamp": annotation.timestamp = try number()
                case "value": annotation.value = try text()
                default: try reader.skip()
                }
            }
            span.annotations.append(annotation)
        } while reader.take(0x2c)
        try reader.expect(0x5d, "a comma or the end of the list is expected")
    }

    private mutating func tags(_ span: inout ZipkinSpan) throws(WireError) {
        try reader.expect(0x7b, "tags have to be an object")
        var isFirst = true
        while let key = try key(isFirst: isFirst) {
            isFirst = false
            span.tags.append((key, try tagValue()))
        }
    }

    // MARK: Values

    private mutating func isNull() throws(WireError) -> Bool {
        guard reader.peek() == 0x6e else { return false }
        try reader.literal("null")
        return true
    }

    private mutating func flag() throws(WireError) -> Bool {
        let isTrue = reader.peek() == 0x74
        try reader.literal(isTrue ? "true" : "false")
        return isTrue
    }

    private mutating func bytes() throws(WireError) -> [UInt8] {
        let raw = try reader.string()
        var out: [UInt8] = []
        try reader.append(raw, to: &out)
        return out
    }

    private mutating func text() throws(WireError) -> String {
        let at = reader.at
        guard let text = String(validating: try bytes(), as: UTF8.self) else {
            throw .malformed("a text is no UTF-8", at: at)
        }
        return text
    }

    /// Tags are texts; numbers and booleans are taken as they are written.
    private mutating func tagValue() throws(WireError) -> String {
        switch reader.peek() {
        case 0x22: return try text()
        case 0x74, 0x66: return try flag() ? "true" : "false"
        default:
            let range = try reader.number()
            return reader.bytes.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }
    }

    private mutating func identifier(digits: Int) throws(WireError) -> (high: UInt64, low: UInt64) {
        let at = reader.at
        let text = try bytes()
        guard text.count <= digits, let id = ZipkinSpan.identifier(text) else {
            throw .malformed("an id has to be lower-case hexadecimal digits, at most 16 (a trace's 32)", at: at)
        }
        return id
    }

    /// A whole number that is not below 0.
    private mutating func number() throws(WireError) -> UInt64 {
        let range = try reader.number()
        let text = reader.bytes.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        if let value = UInt64(text) { return value }
        if let value = Double(text), let whole = UInt64(exactly: value) { return whole }
        throw .malformed("a whole number from 0 is expected", at: range.lowerBound)
    }
}
