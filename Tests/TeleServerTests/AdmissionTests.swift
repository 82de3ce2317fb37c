import TeleServer
import Testing

@Suite struct AdmissionTests {
    @Test func ticketsGiveBack() throws {
        let admission = Admission(capacity: 100)
        let first = try #require(admission.admit(60))
        #expect(admission.admit(41) == nil)
        do {
            let second = try #require(admission.admit(40))
            #expect(!second.resize(to: 41))
            #expect(second.resize(to: 10))
            #expect(first.resize(to: 90))
            #expect(admission.inFlight == 100)
        }
        #expect(admission.inFlight == 90)
        #expect(admission.admit(.max) == nil)
    }

    /// First come, first served: a small one does not overtake a large one that waits.
    @Test func sharesAreGivenInOrder() async throws {
        let gate = DecodeGate(capacity: 100)
        var first = await gate.enter(80)
        let order = AsyncStream<Int>.makeStream()
        let large = Task {
            let share = await gate.enter(70)
            order.continuation.yield(70)
            return share
        }
        while gate.waiting < 1 { await Task.yield() }
        let small = Task {
            let share = await gate.enter(10)
            order.continuation.yield(10)
            return share
        }
        while gate.waiting < 2 { await Task.yield() }
        #expect(gate.held == 80)
        #expect(first?.bytes == 80)
        first = nil
        var seen: [Int] = []
        for await size in order.stream {
            seen.append(size)
            if seen.count == 2 { break }
        }
        #expect(Set(seen) == [10, 70])
        let shares = [await large.value, await small.value]
        #expect(gate.held == 80)
        withExtendedLifetime(shares) {}
    }

    @Test func whoIsCancelledLeavesTheQueue() async throws {
        let gate = DecodeGate(capacity: 100)
        let first = try #require(await gate.enter(1_000))
        #expect(first.bytes == 100)
        let waiting = Task { await gate.enter(50) == nil }
        while gate.waiting < 1 { await Task.yield() }
        waiting.cancel()
        #expect(await waiting.value)
        #expect(gate.waiting == 0)
        #expect(first.resize(to: 0))
        #expect(gate.held == 0)
        #expect(await gate.enter(100) != nil)
    }

    @Test func sharesGrowOnlyIntoFreeRoom() async throws {
        let gate = DecodeGate(capacity: 100)
        let first = try #require(await gate.enter(10))
        let second = try #require(await gate.enter(60))
        #expect(!first.resize(to: 50))
        #expect(first.resize(to: 40))
        #expect(second.resize(to: 0))
        #expect(first.resize(to: 1_000))
        #expect(gate.held == 100)
    }
}
