internal import TeleModel

/// The distinct values of a column in order of first appearance, and the code of each element.
struct IntDictionary {
    private(set) var values: [UInt64] = []
    private(set) var codes: [UInt64] = []

    /// nil as soon as there are more than `limit` distinct values.
    init?(_ elements: borrowing Span<UInt64>, limit: Int) {
        guard limit > 0 else { return nil }
        codes.reserveCapacity(elements.count)
        var capacity = 64
        var slots = [UInt32](repeating: 0, count: capacity)
        var lastValue: UInt64 = 0
        var lastCode: UInt64 = 0
        for i in 0..<elements.count {
            let value = elements[i]
            if value == lastValue, i > 0 {
                codes.append(lastCode)
                continue
            }
            var slot =
                Int(truncatingIfNeeded: Hash64.mix(value ^ 0x9e37_79b9_7f4a_7c15, 0xe703_7ed1_a0b4_28db))
                & (capacity &- 1)
            var code = UInt64.max
            while slots[slot] != 0 {
                let candidate = Int(slots[slot] &- 1)
                if values[candidate] == value {
                    code = UInt64(candidate)
                    break
                }
                slot = (slot &+ 1) & (capacity &- 1)
            }
            if code == .max {
                guard values.count < limit else { return nil }
                code = UInt64(values.count)
                values.append(value)
                slots[slot] = UInt32(values.count)
                if values.count * 2 > capacity {
                    capacity *= 4
                    slots = [UInt32](repeating: 0, count: capacity)
                    for (index, known) in values.enumerated() {
                        var slot =
                            Int(truncatingIfNeeded: Hash64.mix(known ^ 0x9e37_79b9_7f4a_7c15, 0xe703_7ed1_a0b4_28db))
                            & (capacity &- 1)
                        while slots[slot] != 0 { slot = (slot &+ 1) & (capacity &- 1) }
                        slots[slot] = UInt32(index + 1)
                    }
                }
            }
            codes.append(code)
            lastValue = value
            lastCode = code
        }
    }
}
