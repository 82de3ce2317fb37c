extension LokiMapping {
    /// A Loki label name: letters, digits and `_` stay, a run of anything else becomes one `_`, runs of `_` collapse, a
    /// leading digit gets `key_` before it.
    package static func sanitised(_ name: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(name.utf8.count)
        for byte in name.utf8 {
            let isLetter = (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            let isDigit = (0x30...0x39).contains(byte)
            if isLetter || isDigit {
                out.append(byte)
            } else if out.last != 0x5f {
                out.append(0x5f)
            }
        }
        if let first = out.first, (0x30...0x39).contains(first) { out.insert(contentsOf: "key_".utf8, at: 0) }
        return String(decoding: out, as: UTF8.self)
    }

    /// Whether an attribute of this key may become one of these labels: by its name, or as a map by an entry's.
    package static func mayBecome(_ labels: Set<String>, key: String) -> Bool {
        if labels.isEmpty { return false }
        let name = sanitised(key)
        return labels.contains(name)
            || labels.contains { label in
                label.utf8.count > name.utf8.count && label.utf8.starts(with: name.utf8)
                    && label.utf8.dropFirst(name.utf8.count).first == 0x5f
            }
    }

    /// Adds a value under a name; a map adds an entry for each of its leaves. Names of one owner are few: a linear
    /// look is cheaper than a table.
    static func append(_ value: RawValue, name: String, _ heap: ByteHeap, to out: inout [Pair], depth: Int = 0) {
        guard depth < Limits.valueDepth else { return }
        guard value.kind == .map else {
            if value.kind != .empty { set(name, ValueText.text(of: value, heap: heap), in: &out) }
            return
        }
        var entries: [(ByteRange, RawValue)] = []
        NestedValue.forEachEntry(of: value, heap: heap) { entries.append(($0, $1)) }
        for (key, inner) in entries {
            let joined = sanitised(name + "_" + heap.string(key))
            append(inner, name: joined, heap, to: &out, depth: depth + 1)
        }
    }

    /// Sets a pair, replacing one of the same name; empty values vanish.
    static func set(_ name: String, _ value: String, in out: inout [Pair]) {
        guard !value.isEmpty, !name.isEmpty else { return }
        if let at = out.firstIndex(where: { $0.name == name }) {
            out[at].value = value
        } else {
            out.append((name, value))
        }
    }

    package static func sorted(_ pairs: [Pair]) -> [Pair] {
        pairs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Puts the metadata of a record together: record, resource, scope; then `detected_level`. Names that a stream
    /// label has get `_extracted` behind them. Sorted by name.
    package static func metadata(
        record: [Pair], resource: [Pair], scope: [Pair], labels: [Pair], severity: Int32, line: [UInt8]
    ) -> [Pair] {
        var out = record
        for pair in resource { set(pair.name, pair.value, in: &out) }
        for pair in scope { set(pair.name, pair.value, in: &out) }
        let level = LokiLevel.detect(metadata: out, labels: labels, severity: severity, line: line)
        for i in out.indices where labels.contains(where: { $0.name == out[i].name }) {
            out[i].name += "_extracted"
        }
        set("detected_level", level, in: &out)
        return sorted(out)
    }
}
