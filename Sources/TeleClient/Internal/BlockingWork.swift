import NIOPosix

/// Files block; the cooperative pool must not.
enum BlockingWork {
    /// The wait can't be cancelled: it is short, and its end is needed.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            NIOThreadPool.singleton.submit { _ in continuation.resume(returning: body()) }
        }
    }
}
