import TeleModel

/// Halves of requests that wait for their other half: client spans for the server span whose parent they are, and the
/// reverse. A half that waited too long is handed back by ``expire(before:)``; one that finds no room is dropped.
struct PairBuffer: Sendable {
    struct Half: Sendable {
        var isClient: Bool
        var isMessaging: Bool
        var isFailed: Bool
        var service: UInt32
        /// The peer that a client's attributes name; nil where none.
        var peer: UInt32?
        var latency: LatencyTable.Exemplar
    }

    private var waiting: [UInt64: (half: Half, turn: UInt64)] = [:]
    /// In order of arrival; entries whose half was paired meanwhile are skipped.
    private var queue: [(key: UInt64, turn: UInt64, arrived: Int64)] = []
    private var head = 0
    private var turn: UInt64 = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { waiting.count }

    /// Of the trace and the client's span id, which the server's span has as its parent.
    @inline(__always)
    static func key(_ traceHigh: UInt64, _ traceLow: UInt64, _ clientSpan: UInt64) -> UInt64 {
        Hash64.combine(Hash64.combine(traceHigh, traceLow), clientSpan)
    }

    enum Outcome {
        case paired(Half)
        case waits
        case dropped
    }

    mutating func offer(_ half: Half, key: UInt64, now: Int64) -> Outcome {
        if let other = waiting[key] {
            // The same side twice (a span that was sent again, several servers of one client): the first one stays.
            guard other.half.isClient != half.isClient else { return .dropped }
            waiting[key] = nil
            return .paired(other.half)
        }
        guard waiting.count < limit, queue.count - head < limit * 2 else { return .dropped }
        turn &+= 1
        waiting[key] = (half, turn)
        queue.append((key, turn, now))
        return .waits
    }

    /// Halves that arrived before a time (unix milliseconds).
    mutating func expire(before time: Int64) -> [Half] {
        var out: [Half] = []
        while head < queue.count, queue[head].arrived < time {
            let entry = queue[head]
            head += 1
            if let found = waiting[entry.key], found.turn == entry.turn {
                waiting[entry.key] = nil
                out.append(found.half)
            }
        }
        if head > 4096, head * 2 > queue.count {
            queue.removeFirst(head)
            head = 0
        }
        return out
    }
}
