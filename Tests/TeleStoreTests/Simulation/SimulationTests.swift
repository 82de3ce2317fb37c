import TeleTestKit
import Testing

@testable import TeleStore

/// The engine on the simulated disk. One seed: `TELE_SIM_SEED=n swift test --filter SimulationTests`; many:
/// `TELE_SIM_SEEDS=10000 swift test -c release -Xswiftc -enable-testing --filter SimulationTests`.
@Suite struct SimulationTests {
    static let command = "swift test --filter SimulationTests"

    @Test func everySeedHolds() async {
        if let seed = ProcessEnvironment.number("TELE_SIM_SEED") {
            var simulation = Simulation(seed: UInt64(seed))
            simulation.damageChance = Double(ProcessEnvironment.number("TELE_SIM_DAMAGE") ?? 20) / 100
            simulation.disk.startTrace()
            let problems = await simulation.run()
            for line in simulation.disk.trace { print("disk: \(line)") }
            print("simulation: seed \(seed): \(simulation.figures)")
            for problem in problems { Issue.record("\(problem)") }
            return
        }
        let count = ProcessEnvironment.number("TELE_SIM_SEEDS") ?? 200
        let first = ProcessEnvironment.number("TELE_SIM_FIRST") ?? 0
        let start = ContinuousClock.now
        var told = start
        var total = Simulation.Figures()
        var failed: [Int] = []
        for seed in first..<first + count {
            var simulation = Simulation(seed: UInt64(seed))
            let problems = await simulation.run()
            total += simulation.figures
            if !problems.isEmpty {
                failed.append(seed)
                print("simulation: TELE_SIM_SEED=\(seed) \(Self.command)")
                for problem in problems { Issue.record("\(problem)\nreplay: TELE_SIM_SEED=\(seed) \(Self.command)") }
            }
            if failed.count >= 20 { break }
            if told.duration(to: .now) > .seconds(5) {
                told = .now
                print("simulation: \(seed + 1 - first) of \(count) seeds, \(failed.count) failed")
            }
        }
        print(
            "simulation: \(count) seeds from \(first), \(total.lives) lives, \(total.crashes) crashes, "
                + "\(total.failures) failed operations, \(total.damages) damages at rest, \(total.deletions) deletions, "
                + "\(total.records) records sent, "
                + "\(failed.count) seeds failed, in \(start.duration(to: .now))")
    }
}
