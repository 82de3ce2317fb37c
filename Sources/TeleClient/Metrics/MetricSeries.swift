import CoreMetrics

/// What an instrument is; decides how its series aggregate and how they are exported.
enum InstrumentKind: Sendable, Hashable {
    case counter, floatCounter, gauge, histogram, timer
}

/// One series: the value of an instrument for one set of dimensions. All instruments share this class, so that a
/// label made twice with different kinds can never end in a failed cast.
final class MetricSeries: Sendable {
    let instrument: InstrumentKey
    let dimensions: [Dimension]
    private let state: Locked<State>

    struct State: Sendable {
        /// Of the current count; moves when a counter is reset.
        var start: UInt64
        var value: MetricValue
        /// A gauge that was never set has nothing to say.
        var isSet = false
    }

    init(_ instrument: InstrumentKey, _ dimensions: [Dimension], value: MetricValue, start: UInt64) {
        self.instrument = instrument
        self.dimensions = dimensions
        state = Locked(State(start: start, value: value))
    }

    var snapshot: State { state.withLock { $0 } }

    private func update(_ change: (inout MetricValue) -> Void) {
        state.withLock { state in
            change(&state.value)
            state.isSet = true
        }
    }
}

enum MetricValue: Sendable {
    case int(Int64)
    case double(Double)
    case explicit(ExplicitHistogram)
    case exponential(ExponentialHistogram)

    /// Counters only go up: what is negative or no number is ignored, and the top is a wall.
    mutating func add(_ amount: Int64) {
        guard amount > 0 else { return }
        switch self {
        case .int(let value):
            let (sum, overflow) = value.addingReportingOverflow(amount)
            self = .int(overflow ? .max : sum)
        default: add(Double(amount), signed: false)
        }
    }

    mutating func add(_ amount: Double, signed: Bool) {
        guard amount.isFinite, signed || amount > 0 else { return }
        switch self {
        case .int(let value): self = .double(Double(value) + amount)
        case .double(let value): self = .double(value + amount)
        default: break
        }
    }

    mutating func record(_ value: Double) {
        // Taken out and put back, so that the arrays inside are changed in place.
        switch self {
        case .explicit(var histogram):
            self = .int(0)
            histogram.record(value)
            self = .explicit(histogram)
        case .exponential(var histogram):
            self = .int(0)
            histogram.record(value)
            self = .exponential(histogram)
        default: self = .double(value)
        }
    }
}

extension MetricSeries: CounterHandler, FloatingPointCounterHandler {
    func increment(by amount: Int64) { update { $0.add(amount) } }
    func increment(by amount: Double) {
        update { $0.add(amount, signed: instrument.kind == .gauge) }
    }

    func reset() {
        state.withLock { state in
            switch state.value {
            case .int: state.value = .int(0)
            case .double: state.value = .double(0)
            default: return
            }
            state.start = UnixTime.now()
        }
    }
}

extension MetricSeries: MeterHandler {
    func set(_ value: Int64) { update { $0 = .int(value) } }
    func set(_ value: Double) { update { $0 = .double(value) } }
    func decrement(by amount: Double) { increment(by: -amount) }
}

extension MetricSeries: RecorderHandler, TimerHandler {
    func record(_ value: Int64) {
        if instrument.kind == .gauge { set(value) } else { record(Double(value)) }
    }

    func record(_ value: Double) { update { $0.record(value) } }

    /// Durations are exported in seconds, as OpenTelemetry's conventions have them; a negative one counts as none.
    func recordNanoseconds(_ duration: Int64) { record(Double(max(0, duration)) / 1e9) }
}
