/// What an attribute value is (OTLP `AnyValue`).
package enum ValueKind: UInt8, Sendable {
    /// An `AnyValue` with no field set.
    case empty = 0
    /// UTF-8 text: a packed ``ByteRange``.
    case string = 1
    /// 0 or 1.
    case bool = 2
    /// The bit pattern of an `Int64`.
    case int = 3
    /// The bit pattern of a `Double`.
    case double = 4
    /// The protobuf encoding of an `AnyValue` message holding an `ArrayValue`, checked at the door: a packed ``ByteRange``.
    case array = 5
    /// The protobuf encoding of an `AnyValue` message holding a `KeyValueList`, checked at the door: a packed ``ByteRange``.
    case map = 6
    /// Raw bytes: a packed ``ByteRange``.
    case bytes = 7

    /// Whether the 64-bit value is a ``ByteRange`` of the heap.
    @inline(__always)
    package var isRange: Bool { self == .string || rawValue >= ValueKind.array.rawValue }
}

/// One attribute value as it stands in a column: kind and 64 bits.
package struct RawValue: Hashable, Sendable {
    package var kind: ValueKind
    package var bits: UInt64

    package static let empty = RawValue(kind: .empty, bits: 0)

    @inline(__always)
    package init(kind: ValueKind, bits: UInt64) {
        self.kind = kind
        self.bits = bits
    }

    package static func int(_ value: Int64) -> RawValue { RawValue(kind: .int, bits: UInt64(bitPattern: value)) }
    package static func double(_ value: Double) -> RawValue { RawValue(kind: .double, bits: value.bitPattern) }
    package static func bool(_ value: Bool) -> RawValue { RawValue(kind: .bool, bits: value ? 1 : 0) }
    package static func range(_ kind: ValueKind, _ range: ByteRange) -> RawValue {
        RawValue(kind: kind, bits: range.packed)
    }
    package var range: ByteRange { ByteRange(packed: bits) }
}

/// The attributes of many owners, flat: owner `i` has the entries `ends[i-1] ..< ends[i]`, in the order in which they
/// were sent, duplicates included. `keys` are indexes into the batch's ``BatchCore/keys``.
package struct AttributeTable: Sendable {
    package var ends: [UInt32] = []
    package var keys: [UInt32] = []
    package var kinds: [UInt8] = []
    package var values: [UInt64] = []

    package init() {}

    package var ownerCount: Int { ends.count }
    package var entryCount: Int { keys.count }

    @inline(__always)
    package func entries(of owner: Int) -> Range<Int> {
        Int(owner == 0 ? 0 : ends[owner &- 1])..<Int(ends[owner])
    }

    @inline(__always)
    package mutating func append(key: UInt32, _ value: RawValue) {
        keys.append(key)
        kinds.append(value.kind.rawValue)
        values.append(value.bits)
    }

    /// Ends the entries of the next owner.
    @inline(__always)
    package mutating func closeOwner() { ends.append(UInt32(truncatingIfNeeded: keys.count)) }

    @inline(__always)
    package func value(at entry: Int) -> RawValue {
        RawValue(kind: ValueKind(rawValue: kinds[entry]) ?? .empty, bits: values[entry])
    }

    /// The first value of a key (an index into the batch's keys) among an owner's entries.
    package func value(of key: UInt32, owner: Int) -> RawValue? {
        for entry in entries(of: owner) where keys[entry] == key { return value(at: entry) }
        return nil
    }
}
