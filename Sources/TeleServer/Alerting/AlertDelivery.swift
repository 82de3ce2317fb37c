internal import Logging
package import TeleAlert
internal import TeleDisk
internal import TeleModel

/// Drives the dispatcher: flushes groups when they are due, delivers what comes of it with retries, and tells how it
/// went. A receiver that hangs holds its own places and nobody else's.
package final class AlertDelivery: AlertSink, Sendable {
    let keeper: AlertKeeper
    let metrics: AlertDeliveryMetrics
    private let transport: any Transport
    /// To external Alertmanagers.
    let push: AlertmanagerPush?
    private let clock: @Sendable () -> Int64
    private let logger: Logger
    private let whenClosed: @Sendable () async -> Void
    private let turns = Guarded<[IntegrationID: Turns]>([:])
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    /// Notifications of one integration: on their way, and waiting for a place.
    private struct Turns {
        var running = 0
        var waiting: [Notification] = []
    }

    /// Between attempts, milliseconds: the first pause, and the longest.
    private static let pauses: (first: Int64, longest: Int64) = (500, 60_000)
    /// How often what could not be stored, and what is pushed, is looked at; milliseconds.
    private static let recheck: Int64 = 5_000

    init(
        _ keeper: AlertKeeper, transport: any Transport, push: AlertmanagerPush? = nil, logger: Logger,
        metrics: AlertDeliveryMetrics = AlertDeliveryMetrics(),
        clock: @escaping @Sendable () -> Int64 = { WallClock.milliseconds },
        whenClosed: @escaping @Sendable () async -> Void = {}
    ) {
        self.whenClosed = whenClosed
        self.metrics = metrics
        self.keeper = keeper
        self.transport = transport
        self.push = push
        self.logger = logger
        self.clock = clock
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        // What was restored may be due.
        wake.yield()
    }

    // MARK: Taking alerts

    package func send(_ alerts: [Alert]) async {
        push?.push(alerts, now: clock())
        receive(alerts.map { HeldAlert($0, origin: .rules, isEndAssumed: $0.state == .firing, now: clock()) })
    }

    /// False where some found no room.
    @discardableResult
    func receive(_ alerts: [HeldAlert]) -> Bool {
        let now = clock()
        let hasRoom = keeper.change { $0.receive(alerts, now: now) }
        metrics.received.add(alerts.count)
        wake.yield()
        return hasRoom
    }

    package func reconfigure(_ configuration: AlertingConfiguration) {
        let now = clock()
        keeper.change { $0.reconfigure(configuration, now: now) }
        wake.yield()
    }

    // MARK: Delivering

    /// Until the task is cancelled. Deliveries that are under way then end with it; what they would have told is due
    /// again after the next start.
    package func run() async {
        await withDiscardingTaskGroup { group in
            var timer: Task<Void, Never>?
            for await _ in wakes {
                if Task.isCancelled { break }
                timer?.cancel()
                let now = clock()
                let (due, next) = keeper.change { ($0.flush(now: now), $0.nextFlush) }
                for notification in due { enqueue(notification, &group) }
                push?.tick(now: now)
                let isUnstored = keeper.lastError != nil
                if isUnstored { keeper.storeAgain() }
                var wait = next.map { $0.subtractingSaturated(now) } ?? .max
                if isUnstored || push != nil { wait = min(wait, AlertDelivery.recheck) }
                if wait < .max {
                    timer = Task { [wake] in
                        guard (try? await Task.sleep(for: .milliseconds(max(1, wait)))) != nil else { return }
                        wake.yield()
                    }
                }
            }
            timer?.cancel()
        }
    }

    /// After ``run()``: what is queued for the disk is written, connections are closed.
    package func close() async {
        wake.finish()
        push?.close()
        _ = await keeper.stored()
        keeper.stop()
        await whenClosed()
    }

    private func enqueue(_ notification: Notification, _ group: inout DiscardingTaskGroup) {
        let integration = notification.key.integration
        let starts = turns.withLock { turns in
            if turns[integration, default: Turns()].running < AlertDelivery.places(notification.integration) {
                turns[integration, default: Turns()].running += 1
                return true
            }
            turns[integration, default: Turns()].waiting.append(notification)
            return false
        }
        if starts { group.addTask { await self.work(from: notification) } }
    }

    /// Delivers one after the other, as long as some wait.
    private func work(from first: Notification) async {
        var next: Notification? = first
        while let notification = next {
            let isDelivered = await deliver(notification)
            if Task.isCancelled, !isDelivered { return }
            let now = clock()
            let more = keeper.change { $0.finished(notification, isDelivered: isDelivered, now: now) }
            next = turns.withLock { turns in
                let integration = notification.key.integration
                turns[integration]?.waiting += more
                if turns[integration]?.waiting.isEmpty == false { return turns[integration]?.waiting.removeFirst() }
                turns[integration]?.running -= 1
                return nil
            }
            // Alerts about a receiver that fails, or that works again, may be due at once.
            wake.yield()
        }
    }

    /// Attempts until one succeeds, the receiver refuses the message, or the notification's time is over.
    private func deliver(_ notification: Notification) async -> Bool {
        let integration = notification.key.integration
        let kind = notification.integration.kind
        var pause = AlertDelivery.pauses.first
        while true {
            let start = ContinuousClock.now
            var failure: DeliveryFailure?
            do throws(DeliveryFailure) { try await transport.deliver(notification) } catch { failure = error }
            if Task.isCancelled, failure != nil { return false }
            metrics.attempted(kind, hasFailed: failure != nil, ContinuousClock.now - start)
            let now = clock()
            guard let failure else {
                keeper.change { $0.attempted(integration, error: nil, isFinal: false, now: now) }
                if let first = notification.items.map(\.alert.startsAt).max(), notification.isFiring {
                    metrics.latency.observe(.milliseconds(max(0, now.subtractingSaturated(first))))
                }
                return true
            }
            let wait = max(failure.retryAfter ?? 0, Int64.random(in: pause / 2...pause))
            let isFinal = !failure.isRetryable || now.addingSaturated(wait) > notification.deadline
            keeper.change { $0.attempted(integration, error: failure.description, isFinal: isFinal, now: now) }
            logger.warning(
                "a notification was not delivered",
                metadata: [
                    "receiver": "\(integration.receiver)", "integration": "\(integration.integration)",
                    "group": "\(notification.key.groupKey)", "error": "\(failure)",
                    "next": isFinal ? "with the group's next flush" : "in \(wait) ms",
                ])
            if isFinal { return false }
            wake.yield()
            guard (try? await Task.sleep(for: .milliseconds(wait))) != nil else { return false }
            pause = min(pause * 2, AlertDelivery.pauses.longest)
        }
    }

    private static func places(_ integration: Integration) -> Int {
        if case .command(let settings) = integration.means { return settings.concurrency }
        return AlertingLimits.inFlight
    }
}
