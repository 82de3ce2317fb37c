/// Asks teled on a slow beat which levels it wants for this service. A server that does not answer, or knows no such
/// thing, changes nothing: the rules that are there end by themselves.
final class LogLevelPoll: Sendable {
    private let path: String
    private let interval: Duration
    private let levels: LogLevels
    private let transport: any ExportTransport
    private let clock: ClientClock
    private let task = Locked<Task<Void, Never>?>(nil)

    init?(
        _ configuration: TeleConfiguration, levels: LogLevels, transport: any ExportTransport, clock: ClientClock
    ) {
        guard let interval = configuration.logLevelPoll else { return nil }
        path = "/api/tele/v1/loglevels/\(PercentCoding.encoded(configuration.serviceName))"
        self.interval = max(ClientLimits.shortestPoll, interval)
        self.levels = levels
        self.transport = transport
        self.clock = clock
    }

    func start() {
        task.withLock { task in
            guard task == nil else { return }
            task = Task.detached { [weak self, clock, interval] in
                repeat { await self?.ask() } while (try? await clock.sleep(for: interval)) != nil && self != nil
            }
        }
    }

    func stop() { task.withLock { $0 }?.cancel() }

    private func ask() async {
        guard let answer = await transport.fetch(path, timeout: .seconds(5)) else { return }
        levels.replace(LogLevels.parse(answer, now: clock.now()))
    }
}
