internal import Synchronization
internal import TeleDisk
internal import TeleModel

/// What was stored last, for those who follow: a ring of batches that all of them share, and who is to be woken.
/// Its memory does not grow with followers; who falls behind the ring hears how many batches went by unseen.
package final class TailHub: Sendable {
    /// A batch is a few hundred bytes of references: it moves as one.
    final class Held: Sendable {
        let batch: LogBatch
        let bytes: Int

        init(_ batch: LogBatch, bytes: Int) {
            self.batch = batch
            self.bytes = bytes
        }
    }

    private struct State {
        var ring: [Held] = []
        /// The number of the ring's first batch, counted since the start.
        var first = 0
        var bytes = 0
        var followers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextID = 0
    }

    /// One who follows: where in the ring it is, and what wakes it.
    struct Follower: Sendable {
        let id: Int
        let wake: AsyncStream<Void>
        var next: Int
    }

    private let state = Guarded(State())
    /// So that storing costs one load while nobody follows.
    private let followers = Atomic<Int>(0)
    private let mostFollowers: Int
    private let mostBytes: Int
    private static let mostBatches = 4096

    /// `bytes`: what the ring may hold.
    package init(followers: Int = 64, bytes: Int = 32 << 20) {
        mostFollowers = followers
        mostBytes = bytes
    }

    package var isFull: Bool { followers.load(ordering: .relaxed) >= mostFollowers }
    package var count: Int { followers.load(ordering: .relaxed) }

    /// Hands over a batch that has been stored.
    func publish(_ batch: LogBatch, bytes: Int) {
        guard followers.load(ordering: .relaxed) > 0, batch.count > 0 else { return }
        let woken = state.withLock { state -> [AsyncStream<Void>.Continuation] in
            state.ring.append(Held(batch, bytes: bytes))
            state.bytes += bytes
            while state.ring.count > 1, state.bytes > mostBytes || state.ring.count > TailHub.mostBatches {
                state.bytes -= state.ring.removeFirst().bytes
                state.first += 1
            }
            return Array(state.followers.values)
        }
        for continuation in woken { continuation.yield() }
    }

    /// Follows from now on; nil where too many do.
    func follow() -> Follower? {
        let (wake, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        return state.withLock { state in
            guard state.followers.count < mostFollowers else { return nil }
            let id = state.nextID
            state.nextID += 1
            state.followers[id] = continuation
            followers.store(state.followers.count, ordering: .relaxed)
            return Follower(id: id, wake: wake, next: state.first + state.ring.count)
        }
    }

    /// The batches that a follower has not seen, and how many went by.
    func take(_ follower: inout Follower) -> (batches: [Held], missed: Int) {
        state.withLock { state in
            let missed = max(0, state.first - follower.next)
            let batches = Array(state.ring.dropFirst(max(0, follower.next - state.first)))
            follower.next = state.first + state.ring.count
            return (batches, missed)
        }
    }

    func isFollowing(_ id: Int) -> Bool { state.withLock { $0.followers[id] != nil } }

    func leave(_ id: Int) {
        let continuation = state.withLock { state in
            let continuation = state.followers.removeValue(forKey: id)
            followers.store(state.followers.count, ordering: .relaxed)
            if state.followers.isEmpty {
                state.first += state.ring.count
                state.ring = []
                state.bytes = 0
            }
            return continuation
        }
        continuation?.finish()
    }
}
