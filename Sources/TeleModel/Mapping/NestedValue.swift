/// Reads the elements of arrays and maps in place: a nested value is the protobuf encoding of an `AnyValue` message
/// within the heap (field 5 holds an `ArrayValue`, field 6 a `KeyValueList`, each with its elements in field 1), and
/// its elements come out as values of the same heap. Malformed bytes end the walk.
package enum NestedValue {
    /// Calls for each entry of a map; the key is a range of the heap.
    package static func forEachEntry(of value: RawValue, heap: ByteHeap, _ body: (ByteRange, RawValue) -> Void) {
        guard value.kind == .map else { return }
        walk(value.range.range, holder: 6, heap) { item in
            var key = ByteRange.empty
            var found = RawValue.empty
            forEachField(item, heap) { field, payload, _ in
                if field == 1 { key = byteRange(payload) }
                if field == 2 { found = anyValue(payload, heap) }
            }
            body(key, found)
        }
    }

    /// Calls for each element of an array.
    package static func forEachElement(of value: RawValue, heap: ByteHeap, _ body: (RawValue) -> Void) {
        guard value.kind == .array else { return }
        walk(value.range.range, holder: 5, heap) { body(anyValue($0, heap)) }
    }

    private static func walk(_ range: Range<Int>, holder: UInt64, _ heap: ByteHeap, _ body: (Range<Int>) -> Void) {
        forEachField(range, heap) { field, payload, _ in
            guard field == holder else { return }
            forEachField(payload, heap) { inner, item, _ in
                if inner == 1 { body(item) }
            }
        }
    }

    private static func byteRange(_ range: Range<Int>) -> ByteRange {
        ByteRange(offset: UInt32(truncatingIfNeeded: range.lowerBound), count: UInt32(truncatingIfNeeded: range.count))
    }

    /// The value of an `AnyValue` message; the last of several fields wins, as in protobuf.
    private static func anyValue(_ range: Range<Int>, _ heap: ByteHeap) -> RawValue {
        var out = RawValue.empty
        forEachField(range, heap) { field, payload, number in
            switch field {
            case 1: out = .range(.string, byteRange(payload))
            case 2: out = .bool(number != 0)
            case 3: out = .int(Int64(bitPattern: number))
            case 4: out = .double(Double(bitPattern: number))
            case 5: out = .range(.array, byteRange(range))
            case 6: out = .range(.map, byteRange(range))
            case 7: out = .range(.bytes, byteRange(payload))
            default: break
            }
        }
        return out
    }

    /// Calls with each field's number, the range of its payload and, for varints and fixed64, its number.
    private static func forEachField(
        _ range: Range<Int>, _ heap: ByteHeap, _ body: (UInt64, Range<Int>, UInt64) -> Void
    ) {
        var at = range.lowerBound
        let limit = min(range.upperBound, heap.count)
        while at < limit {
            guard let tag = Varint.read(heap.bytes.span, &at), at <= limit else { return }
            switch tag & 7 {
            case 0:
                guard let number = Varint.read(heap.bytes.span, &at), at <= limit else { return }
                body(tag >> 3, at..<at, number)
            case 1:
                guard limit - at >= 8 else { return }
                var number: UInt64 = 0
                for i in 0..<8 { number |= UInt64(heap.bytes[at + i]) << UInt64(i * 8) }
                at += 8
                body(tag >> 3, at..<at, number)
            case 2:
                guard let length = Varint.read(heap.bytes.span, &at), at <= limit, length <= UInt64(limit - at) else {
                    return
                }
                let end = at + Int(length)
                body(tag >> 3, at..<end, 0)
                at = end
            case 5:
                guard limit - at >= 4 else { return }
                at += 4
            default: return
            }
        }
    }
}
