internal import TeleEngine
internal import TeleModel
internal import TeleQL

extension PromEvaluator {
    internal func labelReplace(_ call: PromCall, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        var block = try vector(call.arguments[0], grid)
        let target = string(call.arguments[1])
        let replacement = string(call.arguments[2])
        let source = string(call.arguments[3])
        let expression = string(call.arguments[4])
        guard let pattern = try? Pattern(expression, anchored: true) else {
            throw .execution("invalid regular expression in label_replace(): \(expression)")
        }
        if target.isEmpty || target.contains("\u{FFFD}") {
            throw .execution("invalid destination label name in label_replace(): \(target)")
        }
        for row in 0..<block.count {
            let value = block.labels[row][source] ?? ""
            guard let groups = pattern.captures(in: value) else { continue }
            let text = PromTemplate.expand(replacement, Array(value.utf8), groups, pattern.groupNames)
            block.labels[row] = block.labels[row].setting(target, text)
            if target == "__name__" { block.dropsName[row] = false }
        }
        return try unique(block)
    }

    internal func labelJoin(_ call: PromCall, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        var block = try vector(call.arguments[0], grid)
        let target = string(call.arguments[1])
        let separator = string(call.arguments[2])
        let sources = call.arguments.dropFirst(3).map(string)
        if target.isEmpty || target.contains("\u{FFFD}") {
            throw .execution("invalid destination label name in label_join(): \(target)")
        }
        for row in 0..<block.count {
            let labels = block.labels[row]
            block.labels[row] = labels.setting(target, sources.map { labels[$0] ?? "" }.joined(separator: separator))
            if target == "__name__" { block.dropsName[row] = false }
        }
        return try unique(block)
    }

    private func unique(_ block: PromBlock) throws(PromFailure) -> PromBlock {
        guard let joined = block.joiningEqualRows() else {
            throw .execution("vector cannot contain metrics with the same labelset")
        }
        return joined
    }
}

/// `$1`, `${1}`, `$name`, `$$` in a replacement text, as Go's `Regexp.Expand` has them.
internal enum PromTemplate {
    internal static func expand(
        _ template: String, _ text: [UInt8], _ groups: [Range<Int>?], _ names: [String?]
    ) -> String {
        let template = Array(template.utf8)
        var out: [UInt8] = []
        var at = 0
        while at < template.count {
            guard template[at] == 0x24, at + 1 < template.count else {
                out.append(template[at])
                at += 1
                continue
            }
            if template[at + 1] == 0x24 {
                out.append(0x24)
                at += 2
                continue
            }
            let isBraced = template[at + 1] == 0x7b
            let start = at + (isBraced ? 2 : 1)
            var end = start
            while end < template.count, isWord(template[end]) { end += 1 }
            if end == start || (isBraced && (end >= template.count || template[end] != 0x7d)) {
                out.append(0x24)
                at += 1
                continue
            }
            let name = String(decoding: template[start..<end], as: UTF8.self)
            at = isBraced ? end + 1 : end
            let index = Int(name) ?? names.firstIndex { $0 == name }
            if let index, groups.indices.contains(index), let range = groups[index] {
                out.append(contentsOf: text[range])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x5f, 0x61...0x7a: true
        default: false
        }
    }
}

/// The order in which people expect names with numbers: `a2` before `a10`.
internal enum PromNatural {
    internal static func precedes(_ a: String, _ b: String) -> Bool {
        let (x, y) = (Array(a.utf8), Array(b.utf8))
        var (i, j) = (0, 0)
        func run(_ bytes: [UInt8], _ at: Int) -> ArraySlice<UInt8> {
            var end = at
            while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
            return bytes[at..<end]
        }
        while i < x.count, j < y.count {
            let (m, n) = (run(x, i), run(y, j))
            if !m.isEmpty, !n.isEmpty {
                let (p, q) = (m.drop { $0 == 0x30 }, n.drop { $0 == 0x30 })
                if p.count != q.count { return p.count < q.count }
                if !p.elementsEqual(q) { return p.lexicographicallyPrecedes(q) }
                if m.count != n.count { return m.count < n.count }
                (i, j) = (m.endIndex, n.endIndex)
                continue
            }
            if x[i] != y[j] { return x[i] < y[j] }
            (i, j) = (i + 1, j + 1)
        }
        return x.count - i < y.count - j
    }
}
