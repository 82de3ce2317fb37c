internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import TeleAlert
internal import TeleEngine

extension Server {
    private enum Event: Sendable {
        case opened(OpenEngine)
        case openFailed(any Error)
        case listenerEnded
        case selfMetricsEnded
        case spanMetricsEnded
        case rulesEnded
        case deliveryEnded
        case listenFailed(any Error)
        case askedToStop
        case outOfTime
    }

    /// How long requests in flight may take after the signal, and how long the whole stop may wait for them.
    private static let drainTime = Duration.seconds(6)
    /// A second process on a folder usually has the ports taken as well: the folder is the better message.
    private static let openGrace = Duration.seconds(2)

    package func run() async throws {
        try loadRules(state.configuration)
        workers.start()
        ruleThreads.start()
        tailThread.start()
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await serve())
        } catch {
            outcome = .failure(error)
        }
        listeningContinuation.finish()
        let open = state.openEngine
        if let open { await storeSpanMetrics(open.engine) }
        state.phase = .closing
        await open?.alerts?.close()
        await open?.close()
        await runner.stop()
        try? await workers.shutdownGracefully()
        await ruleThreads.stop()
        try? await tailThread.shutdownGracefully()
        try outcome.get()
    }

    private func serve() async throws {
        let listeners = try listeners()
        try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask { await self.open() }
            group.addTask {
                await self.keepSelfMetrics()
                return .selfMetricsEnded
            }
            group.addTask { await self.keepSpanMetrics() }
            for listener in listeners {
                group.addTask {
                    do { try await listener.run() } catch is CancellationError {} catch { return .listenFailed(error) }
                    return .listenerEnded
                }
            }
            group.addTask {
                try await gracefulShutdown()
                return .askedToStop
            }
            var running = listeners.count
            var failure: (any Error)?
            var isStopping = false
            events: while running > 0, let event = try await group.next() {
                switch event {
                case .opened(let engine):
                    engine.share(runner.memory)
                    state.phase = .open(engine)
                    if let alerts = engine.alerts {
                        alertSinks.add(alerts)
                        group.addTask {
                            await alerts.run()
                            return .deliveryEnded
                        }
                    }
                    group.addTask {
                        await self.keepRules(engine.engine)
                        return .rulesEnded
                    }
                    group.addTask {
                        await self.keepDiskSpace()
                        return .rulesEnded
                    }
                    logger.info("ready", metadata: ["data": "\(state.configuration.data)"])
                    if failure != nil { break events }
                case .openFailed(let error):
                    failure = error
                    break events
                case .listenFailed(let error):
                    running -= 1
                    if failure == nil { failure = Server.listenProblem(error) }
                    if state.openEngine != nil { break events }
                    group.addTask { await Server.wait(Server.openGrace) }
                case .askedToStop:
                    logger.info("stopping")
                    isStopping = true
                    group.addTask { await Server.wait(Server.drainTime) }
                case .listenerEnded:
                    running -= 1
                    // An idle listener may end before the group has heard that it was asked to.
                    if isStopping || Task.isShuttingDownGracefully { continue }
                    if failure == nil { failure = ListenProblem(description: "a listener ended by itself") }
                    break events
                case .selfMetricsEnded: break
                case .spanMetricsEnded, .rulesEnded, .deliveryEnded: break
                case .outOfTime: break events
                }
            }
            group.cancelAll()
            // The store's opening can't be interrupted; what it opened has to be closed.
            while let event = try? await group.next() {
                if case .opened(let engine) = event { state.phase = .open(engine) }
                if case .openFailed(let error) = event, error is DataFolderProblem { failure = error }
            }
            if let failure { throw failure }
        }
    }

    /// Until the task is cancelled.
    private func keepSpanMetrics() async -> Event {
        while spanMetrics != nil, (try? await Task.sleep(for: SpanMetrics.interval)) != nil {
            if let engine = state.openEngine?.engine { await storeSpanMetrics(engine) }
        }
        return .spanMetricsEnded
    }

    /// By the same door as every other sample. What is refused (a full disk) is in the next round's counters.
    private func storeSpanMetrics(_ engine: any StorageEngine) async {
        guard let batch = spanMetrics?.collect() else { return }
        do { try await engine.append(batch) } catch {
            logger.debug("the metrics of spans were not stored", metadata: ["error": "\(error)"])
        }
    }

    private static func wait(_ duration: Duration) async -> Event {
        try? await Task.sleep(for: duration)
        return .outOfTime
    }

    private func open() async -> Event {
        do {
            var engine = try await opener.open(state.configuration)
            do { engine.alerts = try await openDelivery(folder: engine.alertFolder) } catch {
                await engine.close()
                throw error
            }
            return .opened(engine)
        } catch {
            return .openFailed(error)
        }
    }

    private static func listenProblem(_ error: any Error) -> ListenProblem {
        ListenProblem(description: "cannot listen: \(error)")
    }

    /// Takes over the keys that can change while the process runs, says which can't, and tells the engine.
    /// Nothing is taken over where the rule files can't be.
    package func reload(_ wanted: Configuration) throws(ConfigurationProblem) {
        try loadRules(wanted)
        var merged = state.configuration
        merged.folder = wanted.folder
        for key in ConfigurationKey.all {
            let values = key.show(wanted)
            guard values != key.show(merged) else { continue }
            guard key.isReloadable else {
                logger.warning("\(key.name) changes only with a restart", metadata: ["key": "\(key.name)"])
                continue
            }
            // The text came from a configuration that holds.
            try? key.apply(&merged, values)
            logger.info("reloaded", metadata: ["key": "\(key.name)", "value": "\(values.joined(separator: ", "))"])
        }
        if merged.alerting != wanted.alerting { logger.info("reloaded", metadata: ["key": "alerting"]) }
        merged.alerting = wanted.alerting
        state.configuration = merged
        state.openEngine?.reconfigure(merged)
        state.openEngine?.alerts?.reconfigure(merged.alerting ?? .nobody)
        state.openEngine?.alerts?.push?.reconfigure(merged.alertmanagers)
        metrics.reloaded(true)
    }
}
