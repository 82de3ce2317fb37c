internal import TeleModel
internal import TeleQL

extension LabelSet {
    private static let nameBytes = Array("__name__".utf8)
    private static let typeBytes = Array("__type__".utf8)
    private static let unitBytes = Array("__unit__".utf8)

    /// The labels whose names pass.
    internal func filtered(_ keeps: (ArraySlice<UInt8>) -> Bool) -> LabelSet {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var start = 0
        forEach { name, value in
            if keeps(bytes[name]) { out.append(contentsOf: bytes[start..<value.upperBound]) }
            start = value.upperBound
        }
        return LabelSet(canonical: out)
    }

    /// Without the name, and the type and unit that belong to it.
    internal func removingName() -> LabelSet {
        filtered { name in
            !name.elementsEqual(LabelSet.nameBytes) && !name.elementsEqual(LabelSet.typeBytes)
                && !name.elementsEqual(LabelSet.unitBytes)
        }
    }

    internal func keeping(_ names: [[UInt8]]) -> LabelSet {
        filtered { name in names.contains { name.elementsEqual($0) } }
    }

    internal func removing(_ names: [[UInt8]]) -> LabelSet {
        filtered { name in !names.contains { name.elementsEqual($0) } }
    }

    /// With a label set, or removed for an empty value.
    internal func setting(_ name: String, _ value: String) -> LabelSet {
        var pairs = pairs.filter { $0.name != name }
        pairs.append((name, value))
        return LabelSet(pairs)
    }

    /// `{__name__="x", a="b"}` as messages show it.
    internal var text: String {
        "{" + pairs.map { "\($0.name)=\(PromPrinter.quote($0.value))" }.joined(separator: ", ") + "}"
    }
}
