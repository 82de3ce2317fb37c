internal import TeleDisk
internal import TeleModel
internal import TeleQuery

/// Lines on their way to one client. Bounded: what has no room is dropped, and the client hears which those were.
final class TailOutbox: Sendable {
    struct Dropped: Sendable {
        /// Unix nanoseconds.
        var time: UInt64
        var labels: [LokiMapping.Pair]
    }

    struct Parcel: Sendable {
        /// Oldest first.
        var lines: [LogTail.Line] = []
        var dropped: [Dropped] = []
        var isEmpty: Bool { lines.isEmpty && dropped.isEmpty }
    }

    private struct State {
        /// In the order in which they are due (unix nanoseconds).
        var waiting: [(due: UInt64, line: LogTail.Line)] = []
        var bytes = 0
        var dropped: [Dropped] = []
    }

    private let state = Guarded(State())
    private let continuation: AsyncStream<Void>.Continuation
    let wake: AsyncStream<Void>
    /// Nanoseconds that a line waits behind its own time, so that those that come late find their place.
    private let delay: UInt64

    /// Lines and bytes that wait for a slow client.
    private static let mostLines = 10_000
    private static let mostBytes = 4 << 20
    /// As in Loki; more are dropped without a word of each.
    private static let mostDropped = 1_000
    /// What goes into one message.
    private static let parcelLines = 1_000
    private static let parcelBytes = 1 << 20

    init(delay: UInt64) {
        self.delay = delay
        (wake, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    private static func size(_ line: LogTail.Line) -> Int {
        line.entry.line.count + line.key.utf8.count + (line.entry.metadata.count + line.entry.parsed.count + 2) * 64
    }

    /// `now`: unix nanoseconds.
    func add(_ lines: [LogTail.Line], now: UInt64) {
        guard !lines.isEmpty else { return }
        state.withLock { state in
            for line in lines {
                let size = TailOutbox.size(line)
                let hasRoom = state.waiting.count < TailOutbox.mostLines && state.bytes + size <= TailOutbox.mostBytes
                // One line alone always has room: else a large one could never be shown.
                if hasRoom || state.waiting.isEmpty {
                    let due = min(line.entry.time, now).addingReportingOverflow(delay).partialValue
                    let later = delay == 0 ? 0 : state.waiting.reversed().prefix { $0.due > due }.count
                    state.waiting.insert((due, line), at: state.waiting.count - later)
                    state.bytes += size
                } else if state.dropped.count < TailOutbox.mostDropped {
                    state.dropped.append(Dropped(time: line.entry.time, labels: line.labels))
                }
            }
        }
        continuation.yield()
    }

    /// Batches went by before they were looked at: an entry without labels for each.
    func miss(_ batches: Int, at time: UInt64) {
        guard batches > 0 else { return }
        state.withLock { state in
            let room = TailOutbox.mostDropped - state.dropped.count
            state.dropped += repeatElement(Dropped(time: time, labels: []), count: max(0, min(batches, room)))
        }
        continuation.yield()
    }

    /// What is due, and how many nanoseconds it is until the next is; nil where nothing waits.
    func take(now: UInt64) -> (parcel: Parcel, wait: UInt64?) {
        state.withLock { state in
            var parcel = Parcel(dropped: state.dropped)
            state.dropped = []
            var bytes = 0
            var count = 0
            while count < min(state.waiting.count, TailOutbox.parcelLines), bytes < TailOutbox.parcelBytes,
                delay == 0 || state.waiting[count].due <= now
            {
                bytes += TailOutbox.size(state.waiting[count].line)
                count += 1
            }
            parcel.lines = state.waiting.prefix(count).map(\.line)
            state.waiting.removeFirst(count)
            state.bytes -= bytes
            parcel.lines.sort { $0.entry.time < $1.entry.time }
            return (parcel, state.waiting.first.map { $0.due > now ? $0.due - now : 0 })
        }
    }
}
