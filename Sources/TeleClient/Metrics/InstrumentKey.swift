/// A label with its kind: the same label as a counter and as a timer is two instruments.
struct InstrumentKey: Hashable, Sendable {
    var label: String
    var kind: InstrumentKind
}

struct Dimension: Hashable, Sendable, Comparable {
    var key: String
    var value: String

    static func < (a: Dimension, b: Dimension) -> Bool { (a.key, a.value) < (b.key, b.value) }
}
