#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A thread of its own for work that blocks on the disk: jobs run one after another, in the order they came.
package final class DiskThread: Sendable {
    private struct Queue {
        var jobs: [@Sendable () -> Void] = []
        var isStopping = false
        var hasEnded = false
    }

    private let queue = Guarded(Queue())

    package init(name: String) {
        let queue = queue
        DiskThread.start(name: name) {
            while let jobs = queue.wait({ state -> [@Sendable () -> Void]? in
                if state.jobs.isEmpty { return state.isStopping ? [] : nil }
                defer { state.jobs = [] }
                return state.jobs
            }), !jobs.isEmpty {
                for job in jobs { job() }
            }
            queue.update { $0.hasEnded = true }
        }
    }

    /// Queues a job; false once the thread is stopping.
    @discardableResult
    package func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        queue.update { state in
            guard !state.isStopping else { return false }
            state.jobs.append(job)
            return true
        }
    }

    /// Runs a job and gives its result; nil once the thread is stopping.
    package func run<Result: Sendable>(_ job: @escaping @Sendable () -> Result) async -> Result? {
        await withCheckedContinuation { continuation in
            if !submit({ continuation.resume(returning: job()) }) { continuation.resume(returning: nil) }
        }
    }

    /// Lets the queued jobs finish, then ends the thread. Blocks until it has ended.
    package func stop() {
        queue.update { $0.isStopping = true }
        _ = queue.wait { $0.hasEnded ? true : nil }
    }

    /// Starts a detached thread.
    private static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(ThreadBody(name: name, body))
        #if canImport(Darwin)
        var thread: pthread_t?
        let result = pthread_create(&thread, nil, { ThreadBody.run($0) }, box.toOpaque())
        #else
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil, { argument in argument.flatMap { ThreadBody.run($0) } }, box.toOpaque())
        #endif
        precondition(result == 0, "the system gives no thread: \(result)")
        #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
        #else
        pthread_detach(thread)
        #endif
    }
}

private final class ThreadBody: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    static func run(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let thread = Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue()
        #if canImport(Darwin)
        // glibc hides its own from Swift.
        pthread_setname_np(thread.name)
        #endif
        thread.body()
        return nil
    }
}
