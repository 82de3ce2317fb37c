import TeleModel

/// A ``RawValue`` while it is being decoded, as plain numbers of this module: what crosses modules in the hottest loop
/// is a call each, and this is not.
struct WireValue {
    var kind: UInt8
    var bits: UInt64

    // The raw values of ``ValueKind``; a test holds them against it.
    static let emptyKind: UInt8 = 0
    static let stringKind: UInt8 = 1
    static let boolKind: UInt8 = 2
    static let intKind: UInt8 = 3
    static let doubleKind: UInt8 = 4
    static let arrayKind: UInt8 = 5
    static let mapKind: UInt8 = 6
    static let bytesKind: UInt8 = 7

    static let empty = WireValue(kind: emptyKind, bits: 0)
}

extension AttributeTable {
    @inline(__always)
    mutating func add(key: UInt32, _ value: WireValue) {
        keys.append(key)
        kinds.append(value.kind)
        values.append(value.bits)
    }
}
