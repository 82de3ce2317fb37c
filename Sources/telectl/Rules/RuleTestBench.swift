import Foundation
import NIOPosix
import TeleAlert
import TeleDisk
import TeleEngine
import TeleStore
import TeleWire

/// A store for one test: a folder of its own with what the test puts in, gone when the test is over.
enum RuleTestBench {
    static func failures(of test: RuleTest, _ run: RuleTestRun) async throws -> [RuleTestFailure] {
        let folder = NSTemporaryDirectory() + "telectl-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var options = StoreOptions(path: folder, clock: { SystemTime.wallNanoseconds })
        // Nobody wants it back.
        options.durability = .interval
        let store = try await open(options)
        do {
            for body in try RuleTestInputs.pushes(of: test.lines) {
                try await store.append(try LokiPush.decode(json: body, options: DecodeOptions(now: 1)).batch)
            }
            for body in try RuleTestInputs.exports(of: test.spans) {
                try await store.append(try OTLP.decodeTraces(json: body, options: DecodeOptions(now: 1)).batch)
            }
        } catch {
            await store.close()
            throw error
        }
        let context = RuleContext(
            engine: store, sink: Nowhere(), threads: Threads(), clock: NoClock(),
            makeBudget: { _ in QueryBudget() })
        let failures = await run.failures(of: test, context)
        await store.close()
        return failures
    }

    private static func open(_ options: StoreOptions) async throws -> Store {
        let thread = DiskThread(name: "telectl-open")
        defer { thread.stop() }
        let opened = await thread.run { () -> Result<Store, StoreOpenError> in
            Result { () throws(StoreOpenError) in try Store.open(options, disk: PosixDisk()) }
        }
        guard let opened else { throw CancellationError() }
        return try opened.get()
    }

    private struct Nowhere: AlertSink {
        func send(_ alerts: [Alert]) async {}
    }

    private struct Threads: RuleThreads {
        func run<Result: Sendable>(
            _ lane: RuleLane, _ body: @escaping @Sendable () -> Result
        ) async throws -> Result { try await NIOThreadPool.singleton.runIfActive(body) }
    }

    private struct NoClock: RuleClock {
        var now: Int64 { 0 }
        func sleep(milliseconds: Int64) async throws {}
    }
}
