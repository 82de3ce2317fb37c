internal import HTTPTypes
internal import NIOCore
internal import NIOPosix
internal import NIOWebSocket
internal import TeleAPI
internal import TeleDisk
internal import TeleEngine
internal import TeleModel
internal import TeleQuery

/// One client that follows: first the newest lines of the past, then each as it is stored.
struct TailSession: Sendable {
    let request: TailRequest
    let hub: TailHub
    let runner: QueryRunner
    /// A thread of its own for what followers ask of new lines: never one that storing waits for.
    let evaluation: NIOThreadPool

    /// Until the client goes, does not read, or the server stops.
    @concurrent
    func run(_ channel: any Channel, _ gate: TailGate) async {
        await withTaskCancellationHandler {
            do {
                try await TailKeeper.take(channel, gate)
                try await follow(channel)
                await TailKeeper.close(channel, .unexpectedServerError)
            } catch {
                // The connection is gone: there is nobody to tell.
                channel.close(promise: nil)
            }
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private func follow(_ channel: any Channel) async throws {
        // Before the past is looked at, so that nothing falls between the two.
        guard let follower = hub.follow() else { return }
        defer { hub.leave(follower.id) }
        guard let past = await past() else { return }
        if !past.isEmpty { try await send(TailOutbox.Parcel(lines: past), to: channel) }
        let outbox = TailOutbox(delay: request.delay)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pump(follower, TailShown(past), into: outbox) }
            group.addTask { try await send(outbox, to: channel) }
            // Whatever ends the connection ends its waiting as well.
            channel.closeFuture.whenComplete { _ in hub.leave(follower.id) }
            try await group.next()
            group.cancelAll()
        }
    }

    /// nil where the query fails.
    private func past() async -> [LogTail.Line]? {
        let found = Guarded<[LogTail.Line]?>(nil)
        let request = request
        let route = APIRoute([.get], "/loki/api/v1/tail") { _, context in
            let search = request.search(until: WallClock.nanoseconds)
            do throws(EngineError) {
                let streams = try search.run(context.engine.snapshot(), context.makeBudget())
                found.withLock { $0 = request.tail.lines(of: streams) }
                return .text("")
            } catch { return LokiFailure(error).response }
        }
        _ = await runner.answer(route, APIRequest(method: .get, path: route.template), QueryRun())
        return found.value
    }

    /// Returns when the hub lets go of the follower.
    private func pump(_ follower: TailHub.Follower, _ shown: TailShown, into outbox: TailOutbox) async throws {
        var follower = follower
        var shown = shown
        for await _ in follower.wake {
            let (batches, missed) = hub.take(&follower)
            outbox.miss(missed, at: WallClock.nanoseconds)
            for held in batches where hub.isFollowing(follower.id) {
                let (request, hub, id) = (request, hub, follower.id)
                let lines = try await evaluation.runIfActive {
                    hub.isFollowing(id) ? request.tail.lines(of: held.batch, since: request.start) : []
                }
                outbox.add(shown.without(lines), now: WallClock.nanoseconds)
            }
        }
    }

    private func send(_ outbox: TailOutbox, to channel: any Channel) async throws {
        for await _ in outbox.wake {
            while true {
                let (parcel, wait) = outbox.take(now: WallClock.nanoseconds)
                if !parcel.isEmpty {
                    try await send(parcel, to: channel)
                } else if let wait {
                    try await Task.sleep(nanoseconds: wait)
                } else {
                    break
                }
            }
        }
    }

    private func send(_ parcel: TailOutbox.Parcel, to channel: any Channel) async throws {
        let streams = LogTail.streams(parcel.lines)
        let text = LokiAnswer.tail(streams, dropped: parcel.dropped, categorized: request.tail.categorizes)
        try await TailKeeper.send(text, to: channel)
    }
}
