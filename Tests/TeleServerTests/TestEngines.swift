import TeleEngine
import TeleModel
import TeleTestKit

/// Refuses every append.
struct RefusingEngine: StorageEngine {
    var error: EngineError

    func append(_ batch: LogBatch) async throws(EngineError) { throw error }
    func append(_ batch: SpanBatch) async throws(EngineError) { throw error }
    func append(_ batch: SampleBatch) async throws(EngineError) { throw error }
    func snapshot() -> any EngineSnapshot { MemoryEngine().snapshot() }
}

/// Appends when its gate has opened.
struct StallingEngine: StorageEngine {
    var gate: AsyncStream<Void>
    var engine = MemoryEngine()

    private func wait() async { for await _ in gate {} }

    func append(_ batch: LogBatch) async throws(EngineError) {
        await wait()
        try await engine.append(batch)
    }
    func append(_ batch: SpanBatch) async throws(EngineError) {
        await wait()
        try await engine.append(batch)
    }
    func append(_ batch: SampleBatch) async throws(EngineError) {
        await wait()
        try await engine.append(batch)
    }
    func snapshot() -> any EngineSnapshot { engine.snapshot() }
}
