internal import Synchronization

/// Bytes that several budgets share: what all queries together may hold. What is kept only to be quick is counted in it
/// too, and gives way to queries.
package final class MemoryPool: Sendable {
    /// Bytes.
    package let capacity: Int
    private let used = Atomic<Int>(0)
    private let caches = Mutex<[@Sendable (_ bytes: Int) -> Void]>([])

    package init(capacity: Int) { self.capacity = capacity }

    package var held: Int { used.load(ordering: .relaxed) }

    /// `giveBack` is called, from any thread, with about how many bytes a query lacks: what it lets go of it has to
    /// ``give(_:)``. It must not take anything meanwhile.
    package func whenFull(_ giveBack: @escaping @Sendable (_ bytes: Int) -> Void) {
        caches.withLock { $0.append(giveBack) }
    }

    /// False, and nothing taken, where there is no room even after caches gave way.
    func take(_ bytes: Int) -> Bool {
        if takeSpare(bytes) { return true }
        guard bytes <= capacity else { return false }
        for giveBack in caches.withLock({ $0 }) {
            giveBack(max(bytes, used.load(ordering: .relaxed) + bytes - capacity))
            if takeSpare(bytes) { return true }
        }
        return false
    }

    /// The same without asking anybody to give way: for what is kept only to be quick.
    package func takeSpare(_ bytes: Int) -> Bool {
        if used.add(bytes, ordering: .relaxed).newValue <= capacity { return true }
        used.subtract(bytes, ordering: .relaxed)
        return false
    }

    package func give(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}
