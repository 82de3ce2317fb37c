internal import Synchronization

/// The first of the two places that refuse: bytes of request bodies may not pass a fixed sum. A body is admitted before
/// it is read; what it becomes has a room of its own, ``DecodeGate``.
package final class Admission: Sendable {
    /// Bytes.
    package let capacity: Int
    private let used = Atomic<Int>(0)

    package init(capacity: Int) { self.capacity = capacity }

    package var inFlight: Int { used.load(ordering: .relaxed) }

    /// nil where there is no room now.
    package func admit(_ bytes: Int) -> AdmissionTicket? { take(bytes) ? AdmissionTicket(self, bytes) : nil }

    fileprivate func take(_ bytes: Int) -> Bool {
        var current = used.load(ordering: .relaxed)
        while bytes <= capacity - current {
            let (exchanged, original) = used.compareExchange(
                expected: current, desired: current + bytes, ordering: .relaxed)
            if exchanged { return true }
            current = original
        }
        return false
    }

    fileprivate func give(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}

/// A request's share of ``Admission``, given back when the request is done with.
package final class AdmissionTicket: Sendable {
    private let admission: Admission
    private let held: Atomic<Int>

    fileprivate init(_ admission: Admission, _ bytes: Int) {
        self.admission = admission
        held = Atomic(bytes)
    }

    deinit { admission.give(held.load(ordering: .relaxed)) }

    package var bytes: Int { held.load(ordering: .relaxed) }

    /// Changes the share; false, and unchanged, where there is no room for more. One caller at a time.
    package func resize(to bytes: Int) -> Bool {
        let current = held.load(ordering: .relaxed)
        if bytes > current {
            guard admission.take(bytes - current) else { return false }
        } else {
            admission.give(current - bytes)
        }
        held.store(bytes, ordering: .relaxed)
        return true
    }
}
