/// A ``TeleSampler`` made ready: shares are thresholds, and a rate has its bucket.
indirect enum SamplingGate: Sendable {
    case always
    case never
    /// The 56 random bits of the id are held against the share, as W3C Trace Context level 2 lays down.
    case from(threshold: UInt64)
    case rate(RateGate)
    case parent(root: SamplingGate)

    init(_ sampler: TeleSampler, clock: ClientClock) {
        switch sampler {
        case .always: self = .always
        case .never: self = .never
        case .ratio(let share):
            // What is no number samples nothing.
            self = share >= 1 ? .always : share > 0 ? .from(threshold: UInt64((1 - share) * 0x1p56)) : .never
        case .rateLimited(let perSecond): self = .rate(RateGate(perSecond: perSecond, clock: clock))
        case .parentBased(let root): self = .parent(root: SamplingGate(root, clock: clock))
        }
    }

    /// - Parameter parentSampled: nil where there is no parent, or one that left the decision open.
    func samples(traceIDLow: UInt64, parentSampled: Bool?) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .from(let threshold): traceIDLow & 0xff_ffff_ffff_ffff >= threshold
        case .rate(let gate): gate.takes()
        case .parent(let root): parentSampled ?? root.samples(traceIDLow: traceIDLow, parentSampled: nil)
        }
    }
}

/// A bucket of tokens that fills by the second and holds what one second gives, one at least.
final class RateGate: Sendable {
    private let perSecond: Double
    private let capacity: Double
    private let clock: ClientClock
    private let state: Locked<(tokens: Double, last: ContinuousClock.Instant)>

    init(perSecond: Double, clock: ClientClock) {
        self.perSecond = perSecond > 0 ? min(perSecond, 1e9) : 0
        capacity = perSecond > 0 ? max(1, self.perSecond) : 0
        self.clock = clock
        state = Locked((capacity, clock.now()))
    }

    func takes() -> Bool {
        let now = clock.now()
        return state.withLock { state in
            if now > state.last {
                state.tokens = min(capacity, state.tokens + (now - state.last) / .seconds(1) * perSecond)
                state.last = now
            }
            guard state.tokens >= 1 else { return false }
            state.tokens -= 1
            return true
        }
    }
}
