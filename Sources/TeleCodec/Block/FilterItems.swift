internal import TeleModel

/// The distinct items that go into a block's filter.
struct FilterItems {
    private(set) var items: [UInt64] = []
    private var slots = [UInt64](repeating: 0, count: 1024)

    // 0 marks a free slot: an item that is 0 goes into the list each time, which costs bits and no answer.
    @inline(__always)
    mutating func insert(_ item: UInt64) {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: item) & mask
        while slots[slot] != 0 {
            if slots[slot] == item { return }
            slot = (slot &+ 1) & mask
        }
        slots[slot] = item
        items.append(item)
        if items.count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        slots = [UInt64](repeating: 0, count: slots.count * 4)
        let mask = slots.count &- 1
        for item in items {
            var slot = Int(truncatingIfNeeded: item) & mask
            while slots[slot] != 0 { slot = (slot &+ 1) & mask }
            slots[slot] = item
        }
    }
}
