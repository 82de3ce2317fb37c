package import Logging
internal import TeleAPI
internal import TeleDisk
internal import TeleStore

/// The embedded store as the server's engine.
extension EngineOpener {
    package static func store(logger: Logger) -> EngineOpener {
        EngineOpener { configuration in
            let store = try await open(configuration)
            report(store.status(), logger)
            return OpenEngine(
                engine: store, facts: { facts(store.status()) },
                reconfigure: { _ in
                    logger.notice("what is kept on disk follows a changed retention after a restart")
                }, close: { await store.close() })
        }
    }

    /// On a thread of its own: recovery reads the disk.
    private static func open(_ configuration: Configuration) async throws -> Store {
        let options = StoreOptions(configuration)
        let thread = DiskThread(name: "tele-open")
        let result = await thread.run { () -> Result<Store, StoreOpenError> in
            Result { () throws(StoreOpenError) in try Store.open(options, disk: PosixDisk()) }
        }
        thread.stop()
        switch result {
        case .success(let store): return store
        case .failure(.failed(let why)): throw OpenFailure(description: why)
        case .failure(let error): throw DataFolderProblem(error.description)
        case nil: throw CancellationError()
        }
    }

    private struct OpenFailure: Error, CustomStringConvertible {
        var description: String
    }

    private static func report(_ status: StoreStatus, _ logger: Logger) {
        logger.info(
            "recovered",
            metadata: [
                "segments": "\(status.logs.segments + status.spans.segments + status.samples.segments)",
                "replayed": "\(status.replayedRecords)", "torn_bytes": "\(status.tornWALBytes)",
            ])
        for damage in status.damage { logger.error("\(damage.path): \(damage.part): \(damage.message); set aside") }
    }
}

extension StoreOptions {
    fileprivate init(_ configuration: Configuration) {
        self.init(path: configuration.data, clock: { WallClock.nanoseconds })
        durability = configuration.durability == .fsync ? .fsync : .interval
        // A half for the head and footers, a quarter each for requests in flight and for queries.
        memoryBudget = configuration.memory / 2
        sealBytes = max(4 << 20, min(sealBytes, memoryBudget / 8))
        let retention = configuration.retention
        let most = configuration.maxBytes
        logs = Retention(seconds: UInt64(clamping: retention.logs / 1000), bytes: UInt64(clamping: most.logs))
        spans = Retention(seconds: UInt64(clamping: retention.traces / 1000), bytes: UInt64(clamping: most.traces))
        samples = Retention(seconds: UInt64(clamping: retention.metrics / 1000), bytes: UInt64(clamping: most.metrics))
    }
}
