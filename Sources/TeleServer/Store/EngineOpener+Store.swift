package import Logging
internal import TeleAPI
internal import TeleDisk
internal import TeleStore

/// The embedded store as the server's engine.
extension EngineOpener {
    package static func store(logger: Logger) -> EngineOpener {
        EngineOpener { configuration in
            let store = try await open(configuration, logger)
            report(store.status(), logger)
            var open = OpenEngine(
                engine: store, facts: { facts(store.status()) },
                reconfigure: { configuration in
                    for (signal, retention) in configuration.storeRetention { store.setRetention(signal, retention) }
                }, share: { store.share($0) }, close: { await store.close() })
            open.alertFolder = configuration.data + "/alerting"
            return open
        }
    }

    /// On a thread of its own: recovery reads the disk.
    private static func open(_ configuration: Configuration, _ logger: Logger) async throws -> Store {
        let options = StoreOptions(configuration) { log($0, logger) }
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
    }

    private static func log(_ notice: StoreNotice, _ logger: Logger) {
        switch notice {
        case .damaged(let damage): logger.error("\(damage.path): \(damage.part): \(damage.message); set aside")
        case .diskFull(true): logger.error("the data disk is full: ingest is refused, queries go on")
        case .diskFull(false): logger.notice("the data disk has space again: ingest goes on")
        case .upkeepFailed(let why): logger.error("sealing or merging fails, and is tried again: \(why)")
        }
    }
}

extension StoreOptions {
    fileprivate init(_ configuration: Configuration, notice: @escaping @Sendable (StoreNotice) -> Void) {
        self.init(path: configuration.data, clock: { WallClock.nanoseconds })
        self.notice = notice
        durability = configuration.durability == .fsync ? .fsync : .interval
        // A half for the head and footers, a quarter each for requests in flight and for queries.
        memoryBudget = configuration.memory / 2
        let life = configuration.storage
        sealBytes = min(life.sealBytes, max(4 << 20, memoryBudget / 8))
        sealAge = .milliseconds(life.sealAge)
        walBytes = life.walBytes
        walFileBytes = max(64 << 10, life.walBytes / 8)
        compactionInputs = max(2, life.mergeInputs)
        for (signal, retention) in configuration.storeRetention { self[signal] = retention }
    }
}

extension Configuration {
    /// What the store keeps of each signal.
    fileprivate var storeRetention: [(TeleStore.Signal, StoreOptions.Retention)] {
        func kept(_ milliseconds: Int64, _ bytes: Int) -> StoreOptions.Retention {
            StoreOptions.Retention(seconds: UInt64(clamping: milliseconds / 1000), bytes: UInt64(clamping: bytes))
        }
        return [
            (.logs, kept(retention.logs, maxBytes.logs)), (.spans, kept(retention.traces, maxBytes.traces)),
            (.samples, kept(retention.metrics, maxBytes.metrics)),
        ]
    }
}
