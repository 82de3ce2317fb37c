internal import TeleModel

/// Which slots of which templates share a column: those of one kind with the same bytes around them, whatever else
/// their templates say. So the times at the beginning of all lines are one column, in the order of the lines.
struct SlotContexts: Sendable {
    /// The context of every slot, template by template.
    private(set) var codes: [UInt32] = []
    /// The slots of template `i` are `codes[ends[i-1] ..< ends[i]]`.
    private(set) var ends: [Int] = []
    private(set) var count = 0

    /// Bytes of the template before a slot that tell it from others; one more behind it counts too.
    private static let before: UInt64 = 0xffff_ffff_ffff

    /// `lengths` of templates one after another in `text`, which are well formed.
    init(_ text: borrowing Span<UInt8>, lengths: [UInt64]) {
        var keys: [UInt64] = []
        var slots = [UInt32](repeating: 0, count: 1024)
        var start = 0
        for length in lengths {
            let end = start + Int(truncatingIfNeeded: length)
            var seen: UInt64 = 0
            var at = start
            while at < end {
                let byte = text[at]
                at &+= 1
                guard byte &- TextTemplate.escape <= TextTemplate.hexadecimal &- TextTemplate.escape else {
                    seen = seen &<< 8 | UInt64(byte)
                    continue
                }
                var kind: UInt64 = 0
                if byte != TextTemplate.decimal {
                    kind = UInt64(text[at])
                    at &+= 1
                }
                if byte != TextTemplate.escape {
                    let next = at < end ? UInt64(text[at]) : 0
                    let key = seen & SlotContexts.before | next &<< 48 | kind &<< 56
                    codes.append(SlotContexts.code(key, &keys, &slots))
                }
                seen = (seen &<< 8 | UInt64(byte)) &<< 8 | kind
            }
            ends.append(codes.count)
            start = end
        }
        count = keys.count
    }

    /// In memory.
    var byteCount: Int { codes.count * 4 + ends.count * 8 }

    func range(of template: Int) -> Range<Int> { (template == 0 ? 0 : ends[template - 1])..<ends[template] }

    /// How many values each context has where template `i` has `uses[i]` texts.
    func counts(uses: [Int]) -> [Int] {
        var out = [Int](repeating: 0, count: count)
        for template in ends.indices {
            for slot in range(of: template) { out[Int(codes[slot])] += uses[template] }
        }
        return out
    }

    private static func code(_ key: UInt64, _ keys: inout [UInt64], _ slots: inout [UInt32]) -> UInt32 {
        var mask = slots.count &- 1
        var slot = home(key, mask)
        while slots[slot] != 0 {
            if keys[Int(slots[slot] &- 1)] == key { return slots[slot] &- 1 }
            slot = (slot &+ 1) & mask
        }
        keys.append(key)
        slots[slot] = UInt32(truncatingIfNeeded: keys.count)
        if keys.count * 2 > slots.count {
            slots = [UInt32](repeating: 0, count: slots.count * 4)
            mask = slots.count &- 1
            for (code, known) in keys.enumerated() {
                var slot = home(known, mask)
                while slots[slot] != 0 { slot = (slot &+ 1) & mask }
                slots[slot] = UInt32(truncatingIfNeeded: code + 1)
            }
        }
        return UInt32(truncatingIfNeeded: keys.count - 1)
    }

    @inline(__always)
    private static func home(_ key: UInt64, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: Hash64.mix(key ^ 0x9e37_79b9_7f4a_7c15, 0xe703_7ed1_a0b4_28db)) & mask
    }
}
