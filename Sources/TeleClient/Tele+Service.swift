public import ServiceLifecycle

extension Tele: Service {
    /// Exports until the service group shuts down or the task is cancelled, then sends what is left within
    /// ``TeleConfiguration/shutdownDeadline``. Put it first in the group: services stop in reverse order, so that it
    /// sees the last words of the others.
    public func run() async throws {
        start()
        try? await gracefulShutdown()
        await shutdown(deadline: configuration.shutdownDeadline)
    }
}
