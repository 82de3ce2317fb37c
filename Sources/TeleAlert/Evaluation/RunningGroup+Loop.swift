internal import Synchronization
internal import TeleModel

extension RunningGroup {
    /// Evaluates on the grid until the task is cancelled or the group retired.
    func run(_ context: RuleContext) async {
        while let old = predecessor.withLock({ $0 }) {
            if old.isIdle {
                adopt(old)
            } else {
                guard (try? await context.clock.sleep(milliseconds: 20)) != nil else { return }
            }
        }
        var next = firstTime(after: context.clock.now)
        while !isRetired {
            let now = context.clock.now
            if now < next {
                // A clock that was set back keeps nobody asleep for longer than an interval.
                if next - now > 2 * interval { next = firstTime(after: now) }
                let wait = min(next - now, interval)
                guard (try? await context.clock.sleep(milliseconds: wait)) != nil else { return }
                continue
            }
            metrics.late(milliseconds: now - next)
            guard await evaluate(at: next, context) else { return }
            next = following(next, now: context.clock.now)
        }
        if !isReplaced { await end(at: context.clock.now, context) }
    }

    /// The next time that has not passed by more than an interval; those left out are counted.
    private func following(_ time: Int64, now: Int64) -> Int64 {
        let next = time.addingSaturated(interval)
        let missed = max(0, (now - next) / interval)
        if missed > 0 {
            state.withLock { $0.missed += Int(clamping: missed) }
            metrics.missed(Int(clamping: missed))
        }
        return next.addingSaturated(missed * interval)
    }
}
