import TeleModel

/// Attributes, values, resources and scopes out of protobuf.
extension RequestCore {
    /// One `KeyValue` into the table's open owner.
    @inline(__always)
    mutating func attribute(_ reader: inout ProtobufReader, into table: inout AttributeTable) throws(WireError) {
        let range = try reader.range()
        try chargeAttribute(at: range.lowerBound)
        if table.keys.count &- table.openStart >= Limits.attributesPerOwner { return note(.attributeCount) }
        if shortText(reader.bytes, range, into: &table) { return }
        try anyAttribute(reader.reader(range), into: &table)
    }

    /// The shape that most attributes have: a key and a text, each below 128 bytes, nothing else. False, with nothing
    /// done, for every other.
    @inline(__always)
    private mutating func shortText(
        _ bytes: borrowing RawSpan, _ range: Range<Int>, into table: inout AttributeTable
    ) -> Bool {
        let (start, end) = (range.lowerBound, range.upperBound)
        guard end &- start >= 6 else { return false }
        let head = UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self))
        guard head & 0x80ff == 0x000a else { return false }
        let keyEnd = start &+ 2 &+ Int(truncatingIfNeeded: head >> 8 & 0x7f)
        guard keyEnd &+ 4 <= end else { return false }
        let inner = UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: keyEnd, as: UInt32.self))
        guard inner & 0x80ff_80ff == 0x000a_0012 else { return false }
        let text = Int(truncatingIfNeeded: inner >> 24)
        guard text &+ 2 == Int(truncatingIfNeeded: inner >> 8 & 0x7f), keyEnd &+ 4 &+ text == end else { return false }
        let name = key(bytes, Range(uncheckedBounds: (start &+ 2, keyEnd)), guess: table.guess)
        let value = packedText(bytes, Range(uncheckedBounds: (keyEnd &+ 4, end)))
        table.add(key: name, WireValue(kind: WireValue.stringKind, bits: value))
        return true
    }

    private mutating func anyAttribute(
        _ reader: consuming ProtobufReader, into table: inout AttributeTable
    ) throws(WireError) {
        var message = reader.copy()
        var key: Range<Int>?
        var value: WireValue?
        let start = message.at
        while !message.isAtEnd {
            let tag = try message.tag()
            switch tag {
            case 0x0A: key = try message.range()
            case 0x12:
                if value != nil {
                    value = try mergedValue(of: message.reader(start..<message.end))
                    _ = try message.range()
                } else {
                    var inner = try message.message()
                    value = try self.value(&inner)
                }
            default: try message.skip(tag)
            }
        }
        let name = self.key(message.bytes, key ?? start..<start, guess: table.guess)
        table.add(key: name, value ?? .empty)
    }

    /// The value of a `KeyValue` whose `value` field stands more than once: parsers merge them, which is what parsing
    /// their bytes one after another does.
    @inline(never)
    private mutating func mergedValue(of message: consuming ProtobufReader) throws(WireError) -> WireValue {
        let bytes = try ValueWriter.joined(field: 2, of: &message)
        var joined = ProtobufReader(bytes.span.bytes)
        return try value(&joined)
    }

    /// An `AnyValue`: of several fields the last counts. Arrays and maps are written anew in their plain form.
    @inline(__always)
    mutating func value(_ reader: inout ProtobufReader) throws(WireError) -> WireValue {
        let start = reader.at
        var value = WireValue.empty
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A:
                value = WireValue(kind: WireValue.stringKind, bits: packedText(reader.bytes, try reader.range()))
            case 0x10: value = WireValue(kind: WireValue.boolKind, bits: try reader.varint() != 0 ? 1 : 0)
            case 0x18: value = WireValue(kind: WireValue.intKind, bits: try reader.varint())
            case 0x21: value = WireValue(kind: WireValue.doubleKind, bits: try reader.fixed64())
            case 0x2A:
                _ = try reader.range()
                value = WireValue(kind: WireValue.arrayKind, bits: 0)
            case 0x32:
                _ = try reader.range()
                value = WireValue(kind: WireValue.mapKind, bits: 0)
            case 0x3A:
                value = WireValue(kind: WireValue.bytesKind, bits: packedRaw(reader.bytes, try reader.range()))
            default: try reader.skip(tag)
            }
        }
        if value.kind == WireValue.arrayKind || value.kind == WireValue.mapKind {
            return WireValue(kind: value.kind, bits: try nested(reader.reader(start..<reader.end)))
        }
        return value
    }

    @inline(never)
    private mutating func nested(_ reader: consuming ProtobufReader) throws(WireError) -> UInt64 {
        var writer = ValueWriter()
        swap(&writer.out.bytes, &core.heap.bytes)
        let start = writer.out.bytes.count
        defer { swap(&writer.out.bytes, &core.heap.bytes) }
        try writer.value(&reader, depth: 1)
        if let found = writer.issue { note(found) }
        return UInt64(truncatingIfNeeded: start) << 32 | UInt64(truncatingIfNeeded: writer.out.bytes.count - start)
    }

    /// The row of a resource; what is wrong with it is noted, and then the row must not be used.
    mutating func resource(_ header: GroupHeader, _ body: borrowing ProtobufReader) throws(WireError) -> UInt32 {
        var dropped: UInt32 = 0
        var entities = ProtobufWriter()
        var table = AttributeTable()
        swap(&table, &core.resources.attributes)
        for range in header.messages {
            var reader = body.reader(range)
            while !reader.isAtEnd {
                let tag = try reader.tag()
                switch tag {
                case 0x0A: try attribute(&reader, into: &table)
                case 0x10: dropped = try reader.uint32()
                case 0x1A:
                    let range = try reader.range()
                    try EntityRef.check(reader.reader(range), noting: &issue)
                    entities.bytes(3, Span(_bytes: reader.bytes.extracting(range)))
                default: try reader.skip(tag)
                }
            }
        }
        table.closeOwner()
        swap(&table, &core.resources.attributes)
        core.resources.origins.append(ResourceOrigin.otlp.rawValue)
        core.resources.droppedAttributes.append(dropped)
        core.resources.schemaURLs.append(text(body.bytes, header.schemaURL))
        core.resources.entityRefs.append(entities.bytes.isEmpty ? .empty : core.heap.append(entities.bytes.span))
        if issue != nil {
            dropResource()
            return 0
        }
        return internResource()
    }

    mutating func scope(_ header: GroupHeader, _ body: borrowing ProtobufReader) throws(WireError) -> UInt32 {
        var dropped: UInt32 = 0
        var (name, version) = (0..<0, 0..<0)
        var table = AttributeTable()
        swap(&table, &core.scopes.attributes)
        for range in header.messages {
            var reader = body.reader(range)
            while !reader.isAtEnd {
                let tag = try reader.tag()
                switch tag {
                case 0x0A: name = try reader.range()
                case 0x12: version = try reader.range()
                case 0x1A: try attribute(&reader, into: &table)
                case 0x20: dropped = try reader.uint32()
                default: try reader.skip(tag)
                }
            }
        }
        table.closeOwner()
        swap(&table, &core.scopes.attributes)
        core.scopes.names.append(text(body.bytes, name))
        core.scopes.versions.append(text(body.bytes, version))
        core.scopes.schemaURLs.append(text(body.bytes, header.schemaURL))
        core.scopes.droppedAttributes.append(dropped)
        if issue != nil {
            dropScope()
            return 0
        }
        return internScope()
    }
}

/// The fields of a `Resource…` or `Scope…` message other than its rows: they may stand behind the rows.
struct GroupHeader {
    /// Where the occurrences of the resource or scope lie; parsers merge them.
    var messages: [Range<Int>] = []
    var schemaURL = 0..<0
    /// Fields 2: records, or groups of them.
    var rows = 0

    init(_ reader: consuming ProtobufReader) throws(WireError) {
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A: messages.append(try reader.range())
            case 0x1A: schemaURL = try reader.range()
            case 0x12:
                _ = try reader.range()
                rows &+= 1
            default: try reader.skip(tag)
            }
        }
    }
}

/// `opentelemetry.proto.common.v1.EntityRef`: kept as bytes, so only looked at.
enum EntityRef {
    static func check(_ reader: consuming ProtobufReader, noting issue: inout RecordIssue?) throws(WireError) {
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A, 0x12, 0x1A, 0x22:
                if !UTF8Check.isValid(reader.bytes, try reader.range()) { issue = issue ?? .text }
            default: try reader.skip(tag)
            }
        }
    }
}
