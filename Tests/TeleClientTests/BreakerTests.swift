import CoreMetrics
import TeleTestKit
import Testing

@testable import TeleClient

private struct Down: Error {}

@Suite struct BreakerTests {
    private var policy: TeleConfiguration.Breaker {
        var policy = TeleConfiguration.Breaker()
        policy.failures = 3
        policy.pause = .seconds(10)
        policy.longestPause = .seconds(30)
        return policy
    }

    @Test func itOpensTriesAndCloses() {
        var now = ContinuousClock.now
        var circuit = CircuitState(policy)
        for _ in 0..<2 {
            #expect(circuit.admit(now) == nil)
            circuit.failed(now, random: 1)
        }
        circuit.succeeded()
        for _ in 0..<3 { circuit.failed(now, random: 1) }
        #expect(circuit.admit(now) == .seconds(10))
        // The pause doubles with each try that fails, up to the longest.
        for pause in [10, 20, 30, 30] {
            now += .seconds(pause)
            #expect(circuit.remaining(now) == .zero && circuit.admit(now) == nil)
            #expect(circuit.admit(now) != nil, "one try at a time")
            circuit.failed(now, random: 1)
        }
        now += .seconds(30)
        #expect(circuit.admit(now) == nil)
        circuit.succeeded()
        #expect(circuit.phase == .closed && circuit.admit(now) == nil)
        #expect(circuit.counts.openings == 5 && circuit.counts.closings == 1 && circuit.counts.halfOpenings == 5)
        #expect(circuit.counts.rejected == 5 && circuit.counts.failed == 9 && circuit.counts.succeeded == 2)
    }

    @Test(arguments: 0..<20) func noMoreThanOneTryAPause(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var now = ContinuousClock.now
        var circuit = CircuitState(policy)
        var lastTry: ContinuousClock.Instant?
        for _ in 0..<500 {
            now += .milliseconds(random.below(4_000))
            guard circuit.admit(now) == nil else { continue }
            if circuit.phase == .halfOpen {
                if let lastTry { #expect(now - lastTry >= .seconds(5), "seed \(seed)") }
                lastTry = now
            }
            if random.chance(0.1) {
                circuit.succeeded()
                lastTry = nil
            } else {
                circuit.failed(now, random: Double(random.below(100)) / 100)
            }
        }
        let counts = circuit.counts
        #expect(counts.openings >= counts.halfOpenings && counts.closings <= counts.halfOpenings, "seed \(seed)")
    }

    @Test func theHelperRefusesAndTells() async throws {
        let time = ManualClock()
        let (tele, transport) = recordingTele()
        let breaker = TeleBreaker(name: "cards", policy: policy, metrics: tele.metricsFactory, clock: time.clock)
        #expect(try await breaker.run { 7 } == 7)
        await #expect(throws: Down.self) { try await breaker.run(isFailure: { _ in false }) { throw Down() } }
        for _ in 0..<3 { await #expect(throws: Down.self) { try await breaker.run { throw Down() } } }
        #expect(breaker.current == .open)
        await #expect(throws: TeleBreaker.Open.self) { try await breaker.run { 1 } }
        breaker.retried()
        breaker.deadlineExceeded()
        time.advance(by: .seconds(10))
        await #expect(throws: CancellationError.self) { try await breaker.run { throw CancellationError() } }
        #expect(try await breaker.run { 8 } == 8)
        #expect(breaker.current == .closed)
        await tele.shutdown(deadline: .seconds(60))
        var found: [String: UInt64] = [:]
        for (_, metric) in transport.records(.metrics) where metric.text(1)?.hasPrefix("circuit_breaker.") == true {
            for point in (metric.message(7) ?? metric.message(5))?.messages(1) ?? [] {
                let attributes = point.attributes(7)
                guard attributes["breaker.name"] == "cards" else { continue }
                let more = attributes["breaker.state"] ?? attributes["breaker.outcome"]
                found[(metric.text(1) ?? "") + (more.map { " \($0)" } ?? "")] = point.number(6) ?? 99
            }
        }
        #expect(
            found == [
                "circuit_breaker.state": 0, "circuit_breaker.retries": 1, "circuit_breaker.deadline_exceeded": 1,
                "circuit_breaker.transitions open": 2, "circuit_breaker.transitions half_open": 2,
                "circuit_breaker.transitions closed": 1, "circuit_breaker.calls success": 3,
                "circuit_breaker.calls failure": 3, "circuit_breaker.calls rejected": 1,
            ])
    }
}
