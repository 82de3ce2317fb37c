import TeleAlert
import TeleModel
import TeleTestKit
import Testing

@Suite struct AlertTrackerTests {
    private static let labels = LabelSet([("alertname", "A"), ("job", "x")])

    /// States after each minute, worked out by hand: `.` no alert, `p` pending, `f` firing, `i` inactive and known.
    @Test(arguments: [
        // for, keep_firing_for (minutes), the condition by minute, states by minute.
        (0, 0, "1100", "ffii"),
        (2, 0, "11110", "ppffi"),
        (2, 0, "1011110", "p.ppffi"),
        (1, 2, "1100010", "pfffip."),
        (1, 2, "1100000", "pfffiii"),
        (0, 1, "10100", "ffffi"),
        (0, 0, "101", "fif"),
    ])
    func statesByHand(holdFor: Int, keep: Int, condition: String, states: String) {
        var tracker = AlertTracker()
        var seen = ""
        for (minute, isTrue) in condition.map({ $0 == "1" }).enumerated() {
            let found = isTrue ? [found(1)] : []
            #expect(
                tracker.update(
                    found, at: Int64(minute) * 60_000, holdFor: Int64(holdFor) * 60_000,
                    keepFiringFor: Int64(keep) * 60_000) == nil)
            seen += letter(tracker.active[Self.labels])
        }
        #expect(seen == states)
    }

    private func found(_ value: Double) -> AlertTracker.Found {
        AlertTracker.Found(labels: Self.labels, annotations: .empty, value: value)
    }

    private func letter(_ alert: ActiveAlert?) -> String {
        switch alert?.state {
        case nil: "."
        case .pending: "p"
        case .firing: "f"
        case .inactive: "i"
        }
    }

    @Test func resolvedIsForgottenAfterFifteenMinutes() {
        var tracker = AlertTracker()
        _ = tracker.update([found(1)], at: 0, holdFor: 0, keepFiringFor: 0)
        for minute in 1...16 {
            _ = tracker.update([], at: Int64(minute) * 60_000, holdFor: 0, keepFiringFor: 0)
            #expect(tracker.active[Self.labels]?.resolvedAt == 60_000)
        }
        _ = tracker.update([], at: 17 * 60_000, holdFor: 0, keepFiringFor: 0)
        #expect(tracker.active.isEmpty)
    }

    /// Sent when it fires, a minute after that at the earliest, at once when it ends, and again until it is forgotten.
    @Test func dueAlerts() {
        var tracker = AlertTracker()
        var sent: [String] = []
        for step in 0..<100 {
            let time = Int64(step) * 30_000
            _ = tracker.update(step < 6 ? [found(1)] : [], at: time, holdFor: 30_000, keepFiringFor: 0)
            for alert in tracker.takeDue(at: time, resendDelay: 60_000, interval: 30_000, generatorURL: { _ in "u" }) {
                sent.append("\(step)\(alert.state.rawValue.prefix(1)) \(alert.startsAt) \(alert.endsAt)")
            }
        }
        #expect(sent.first == "1f 30000 270000")
        #expect(sent.dropFirst().first == "4f 30000 360000")
        #expect(sent.dropFirst(2).first == "6r 30000 180000")
        #expect(sent.dropFirst(2).allSatisfy { $0.hasSuffix("r 30000 180000") })
        // Every 90 s (the first evaluation more than a minute after the last) for 15 minutes.
        #expect(sent.count == 2 + 11)
    }

    @Test func tooManyAlertsChangeNothing() {
        var tracker = AlertTracker()
        _ = tracker.update([found(1)], at: 0, holdFor: 0, keepFiringFor: 0, limit: 2)
        let many = (0..<3).map { number in
            AlertTracker.Found(labels: LabelSet([("n", "\(number)")]), annotations: .empty, value: 1)
        }
        #expect(tracker.update(many, at: 60_000, holdFor: 0, keepFiringFor: 0, limit: 2) == 3)
        #expect(tracker.active.count == 1)
        #expect(tracker.active[Self.labels]?.state == .firing)
    }

    @Test func whatIsLeftOfForAfterARestart() {
        let minute: Int64 = 60_000
        func restored(_ active: Int64, _ down: Int64, _ now: Int64, _ holdFor: Int64) -> String {
            let alert = RestoredAlert(
                activeAt: active * minute, downAt: down * minute, time: now * minute, holdFor: holdFor * minute,
                gracePeriod: 10 * minute)
            return "\(alert.activeAt / minute) \(alert.hasFired)"
        }
        // It had fired.
        #expect(restored(0, 30, 40, 20) == "0 true")
        // 25 minutes left: the 10 that it was down do not count.
        #expect(restored(0, 5, 15, 30) == "10 false")
        // 2 minutes left of 30: at least the grace period.
        #expect(restored(0, 28, 40, 30) == "20 false")
        // `for` is shorter than the grace period: what is left is left.
        #expect(restored(0, 3, 5, 5) == "2 false")
    }

    /// Random series through `for` and `keep_firing_for` against the definition, evaluated from the whole history.
    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
    func randomSeriesAgainstTheDefinition(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let (holdFor, keep) = (Int64(random.below(5)), Int64(random.below(4)))
            let chance = Double(random.below(10)) / 10
            let history = (0..<40).map { _ in random.chance(chance) }
            var tracker = AlertTracker()
            for time in history.indices {
                _ = tracker.update(
                    history[time] ? [found(Double(time))] : [], at: Int64(time), holdFor: holdFor, keepFiringFor: keep)
                let state = tracker.active[Self.labels]?.state ?? .inactive
                let expected = NaiveAlert.state(Array(history[...time]), Int(holdFor), Int(keep))
                #expect(state == expected, "seed \(seed), for \(holdFor), keep \(keep), \(history[...time])")
                if state != expected { return }
            }
        }
    }
}

/// The state of an alert by going through all that was, without a memory of states.
private enum NaiveAlert {
    static func state(_ history: [Bool], _ holdFor: Int, _ keep: Int) -> AlertState {
        var since: Int?
        var isFiring = false
        var lastTrue: Int?
        for (time, isTrue) in history.enumerated() {
            if isTrue {
                if since == nil { since = time }
                lastTrue = time
                if time - (since ?? time) >= holdFor { isFiring = true }
            } else if isFiring, keep > 0, let last = lastTrue, time - (last + 1) < keep {
                continue
            } else {
                (since, isFiring, lastTrue) = (nil, false, nil)
            }
        }
        return since == nil ? .inactive : isFiring ? .firing : .pending
    }
}
