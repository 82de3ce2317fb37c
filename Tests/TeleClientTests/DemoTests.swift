import Logging
import ServiceLifecycle
import Testing

@testable import TeleClient

#if canImport(TeleDemo)
import TeleDemo

@Suite struct DemoTests {
    @Test(.timeLimit(.minutes(1))) func theShopTellsTracesThatCanBeQueried() async throws {
        // Answers a trace query with the names that it has seen in the trace, as teled would have them in its JSON.
        let seen = Locked<[String: Set<String>]>([:])
        let collector = try await ScriptedCollector { _, path in
            guard path.hasPrefix("/tempo/api/v2/traces/") else { return .answer(200) }
            let names = seen.withLock { $0[String(path.split(separator: "/").last ?? "")] ?? [] }
            return .answer(200, body: Array(names.map { "\"\($0)\"" }.joined(separator: ",").utf8))
        }
        let said = Locked<String>("")
        let address = collector.address
        let demo = Task {
            try await Demo.run(server: address) { text in said.withLock { $0 += text + "\n" } }
        }
        var services: Set<String> = []
        for _ in 0..<400 where !said.withLock({ $0.contains("It works") }) {
            try await Task.sleep(for: .milliseconds(50))
            services = []
            for body in collector.accepted("/v1/traces") {
                for resource in ProtoTree(body).messages(1) {
                    let service = resource.message(1)?.attributes(1)["service.name"] ?? ""
                    services.insert(service)
                    for span in resource.messages(2).flatMap({ $0.messages(2) }) {
                        seen.withLock { $0[span.hex(1) ?? "", default: []].formUnion([service, span.text(5) ?? ""]) }
                    }
                }
            }
        }
        demo.cancel()
        try await demo.value
        #expect(said.withLock { $0.contains("It works") })
        #expect(services == ["gateway", "checkout", "orders", "payments", "inventory"])

        let text = said.withLock { $0 }
        let trace = try #require(text.split(separator: "\n").first { $0.contains("why a checkout was slow") })
        let id = try #require(trace.split(separator: " ").first { $0.utf8.count == 32 })
        let spans = ProtoTree.records(collector.accepted("/v1/traces")).map(\.record).filter { $0.hex(1) == String(id) }
        // One tree: a single root, and each parent is there.
        let ids = Set(spans.compactMap { $0.hex(2) })
        #expect(spans.filter { $0.hex(4) == nil }.count == 1)
        #expect(spans.compactMap { $0.hex(4) }.allSatisfy { ids.contains($0) })
        #expect(spans.count >= 12)
        let logs = ProtoTree.records(collector.accepted("/v1/logs")).map(\.record)
        #expect(logs.contains { $0.hex(9) == String(id) })
        let metrics = Set(ProtoTree.records(collector.accepted("/v1/metrics")).compactMap { $0.record.text(1) })
        #expect(metrics.isSuperset(of: ["shop.checkouts", "shop.checkout.duration", "shop.stock", "hb.requests"]))
        await collector.close()
    }

    @Test(.timeLimit(.minutes(1))) func theShopClosesWithItsServiceGroup() async throws {
        let collector = try await ScriptedCollector()
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: Demo(server: collector.address) { _ in })],
                logger: Logger(label: "g") { _ in SwiftLogNoOpLogHandler() }))
        let running = Task { try await group.run() }
        for _ in 0..<200 where collector.accepted("/v1/traces").count < 5 {
            try await Task.sleep(for: .milliseconds(50))
        }
        let start = ContinuousClock.now
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(collector.accepted("/v1/traces").count >= 5)
        await collector.close()
    }
}
#endif
