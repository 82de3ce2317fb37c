internal import TeleDisk

/// Memory for what bodies become: unpacked bytes and batches. Bodies that were admitted wait here, first come first
/// served, instead of being refused: were both stages to refuse, full admission would leave no room to finish anything.
///
/// Who holds a share never waits for a second one, so that shares always come back.
package final class DecodeGate: Sendable {
    private struct Waiter {
        var id: Int
        var bytes: Int
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var free: Int
        var nextID = 0
        var waiters: [Waiter] = []
        /// Waiters that were cancelled before they were queued.
        var cancelled: Set<Int> = []
    }

    /// Bytes.
    package let capacity: Int
    private let state: Guarded<State>

    package init(capacity: Int) {
        self.capacity = capacity
        state = Guarded(State(free: capacity))
    }

    package var held: Int { state.withLock { capacity - $0.free } }
    package var waiting: Int { state.withLock { $0.waiters.count } }

    /// Waits for a share; one that is larger than everything takes everything. nil where the task was cancelled.
    package func enter(_ bytes: Int) async -> DecodeShare? {
        let bytes = min(max(bytes, 0), capacity)
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isGiven = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue(Waiter(id: id, bytes: bytes, continuation: continuation))
            }
        } onCancel: {
            cancel(id)
        }
        state.withLock { _ = $0.cancelled.remove(id) }
        return isGiven ? DecodeShare(self, bytes) : nil
    }

    private func queue(_ waiter: Waiter) {
        let answer: Bool? = state.withLock { state in
            if state.cancelled.contains(waiter.id) { return false }
            guard state.waiters.isEmpty, waiter.bytes <= state.free else {
                state.waiters.append(waiter)
                return nil
            }
            state.free -= waiter.bytes
            return true
        }
        if let answer { waiter.continuation.resume(returning: answer) }
    }

    private func cancel(_ id: Int) {
        let waiter: Waiter? = state.withLock { state in
            guard let at = state.waiters.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.waiters.remove(at: at)
        }
        waiter?.continuation.resume(returning: false)
        // The one behind may be small enough.
        give(0)
    }

    fileprivate func take(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard bytes <= state.free else { return false }
            state.free -= bytes
            return true
        }
    }

    fileprivate func give(_ bytes: Int) {
        let served: [Waiter] = state.withLock { state in
            state.free += bytes
            var count = 0
            while count < state.waiters.count, state.waiters[count].bytes <= state.free {
                state.free -= state.waiters[count].bytes
                count += 1
            }
            defer { state.waiters.removeFirst(count) }
            return Array(state.waiters.prefix(count))
        }
        for waiter in served { waiter.continuation.resume(returning: true) }
    }
}

/// A share of ``DecodeGate``, given back when the last reference goes.
package final class DecodeShare: Sendable {
    private let gate: DecodeGate
    private let held: Guarded<Int>

    fileprivate init(_ gate: DecodeGate, _ bytes: Int) {
        self.gate = gate
        held = Guarded(bytes)
    }

    deinit { gate.give(held.value) }

    package var bytes: Int { held.value }

    /// Changes the share without waiting; false, and unchanged, where there is no room.
    package func resize(to bytes: Int) -> Bool {
        let bytes = min(bytes, gate.capacity)
        let current = held.value
        if bytes > current { guard gate.take(bytes - current) else { return false } }
        held.withLock { $0 = bytes }
        if bytes < current { gate.give(current - bytes) }
        return true
    }
}
