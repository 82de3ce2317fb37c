internal import Synchronization

/// Streams that no call is using. Bounded: a burst of threads does not leave its streams behind for ever.
final class StreamPool<Stream: AnyObject>: Sendable {
    // A stream is in the pool or with one caller, never both; the lock orders the two.
    private struct Idle: @unchecked Sendable {
        var streams: [Stream] = []
    }
    private static var maximumIdle: Int { 8 }
    private let idle = Mutex(Idle())

    func take() -> Stream? {
        nonisolated(unsafe) var taken: Stream?
        idle.withLock { taken = $0.streams.popLast() }
        return taken
    }

    func put(_ stream: Stream) {
        nonisolated(unsafe) let stream = stream
        idle.withLock { if $0.streams.count < StreamPool.maximumIdle { $0.streams.append(stream) } }
    }
}
