internal import NIOCore
internal import NIOPosix
internal import TeleAlert

/// The threads of the rules' queries.
struct RuleQueryThreads: RuleThreads {
    private let fast = NIOThreadPool(numberOfThreads: max(2, System.coreCount))
    private let slow = NIOThreadPool(numberOfThreads: 2)

    func start() {
        fast.start()
        slow.start()
    }

    func stop() async {
        try? await fast.shutdownGracefully()
        try? await slow.shutdownGracefully()
    }

    func run<Result: Sendable>(
        _ lane: RuleLane, _ body: @escaping @Sendable () -> Result
    ) async throws -> Result {
        try await (lane == .fast ? fast : slow).runIfActive(body)
    }
}
