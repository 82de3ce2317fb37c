internal import Synchronization

/// A number that many threads add to.
package final class Counter: Sendable {
    private let number = Atomic<Int>(0)

    package init() {}

    package func add(_ amount: Int = 1) { number.add(amount, ordering: .relaxed) }
    package var value: Int { number.load(ordering: .relaxed) }
}
