#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A value behind a pthread mutex, with a condition to wait for its changes. The one lock of the storage rooms: 6 ns
/// uncontended where `Synchronization.Mutex` takes 17, and the thread sanitizer understands it.
///
/// Invariants: the value is touched only with the mutex held; `body` must not call back into the same box.
package final class Guarded<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    package init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    @inline(__always)
    package func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Changes the value and wakes everything that waits for it.
    package func update<Result>(_ body: (inout State) -> Result) -> Result {
        withLock { state in
            defer { pthread_cond_broadcast(condition) }
            return body(&state)
        }
    }

    /// Blocks until `ready` gives a value, or until the time is over: then nil.
    package func wait<Result>(atMost timeout: Duration? = nil, _ ready: (inout State) -> Result?) -> Result? {
        let deadline = timeout.map(Guarded.deadline)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            // An access of its own each time: the optimizer may take it that nobody else changes a value that is held
            // `inout`, and would never look at it again after waiting.
            if let result = ready(&state) { return result }
            if var deadline {
                if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return ready(&state) }
            } else {
                pthread_cond_wait(condition, mutex)
            }
        }
    }

    private static func deadline(_ timeout: Duration) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let (seconds, attoseconds) = Swift.max(timeout, .zero).components
        let nanoseconds = Int(time.tv_nsec) + Int(attoseconds / 1_000_000_000)
        time.tv_sec += Int(Swift.min(seconds, 1 << 31)) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        return time
    }
}
