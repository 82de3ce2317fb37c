internal import TeleAlert

/// The wall clock for groups of rules.
struct RuleWallClock: RuleClock {
    var now: Int64 { WallClock.milliseconds }

    func sleep(milliseconds: Int64) async throws { try await Task.sleep(for: .milliseconds(milliseconds)) }
}
