internal import Logging
internal import TeleAlert
internal import TeleDisk
internal import TeleEngine
internal import TeleModel

/// What the built-in rules have to be told.
extension Server {
    private static let diskInterval = Duration.seconds(15)
    /// How far before a start services are looked for that may not come back; milliseconds.
    private static let recall: Int64 = 3_600_000

    /// Asks how full the disk is until the task is cancelled; on threads that may hang with a file system.
    func keepDiskSpace() async {
        repeat {
            let folder = state.configuration.data
            let space = try? await ruleThreads.run(.slow) { try? PosixDisk().space(folder) }
            builtins.disk.withLock { $0 = space ?? nil }
        } while (try? await Task.sleep(for: Server.diskInterval)) != nil
    }

    /// After a start: who sent logs or spans within the hour before has as long as anybody to be heard of again, and
    /// who was told of as silent stays so.
    func recallServices(_ engine: any StorageEngine) async {
        guard state.configuration.builtins.deadMan > 0 else { return }
        let now = WallClock.milliseconds
        let budget = QueryBudget(
            maxRows: state.configuration.query.maxRows, maxBytes: state.configuration.query.maxBytes,
            timeout: .seconds(10), pool: runner.memory)
        let names = try? await ruleThreads.run(.slow) { () -> Set<String> in
            let from = UInt64(max(0, now - Server.recall)) * 1_000_000
            let time = from..<UInt64(now) * 1_000_000
            let snapshot = engine.snapshot()
            var names: Set<String> = []
            for core in [
                try? snapshot.logResources(time: time, budget: budget),
                try? snapshot.spanResources(time: time, budget: budget),
            ].compactMap(\.self) {
                let keys = ServiceWatch.Keys(core)
                for resource in 0..<core.resources.count {
                    if let name = keys.name(of: resource, core) { names.insert(name) }
                }
            }
            return names
        }
        var known = names ?? []
        for held in state.openEngine?.alerts?.keeper.read({ $0 }).alerts.values.map(\.alert) ?? [] {
            guard held.name == BuiltinRules.silent, held.endsAt > now, let name = held.labels["service_name"] else {
                continue
            }
            known.remove(name)
            let since = held.activeAt.subtractingSaturated(state.configuration.builtins.deadMan)
            builtins.services.heard(of: [name], now: since)
        }
        builtins.services.heard(of: known, now: now)
    }
}
