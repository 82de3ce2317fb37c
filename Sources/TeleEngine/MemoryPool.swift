internal import Synchronization

/// Bytes that several budgets share: what all queries together may hold.
package final class MemoryPool: Sendable {
    /// Bytes.
    package let capacity: Int
    private let used = Atomic<Int>(0)

    package init(capacity: Int) { self.capacity = capacity }

    package var held: Int { used.load(ordering: .relaxed) }

    /// False, and nothing taken, where there is no room.
    func take(_ bytes: Int) -> Bool {
        if used.add(bytes, ordering: .relaxed).newValue <= capacity { return true }
        used.subtract(bytes, ordering: .relaxed)
        return false
    }

    func give(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}
