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
    private let hasExemplars: Bool
    private let state: Locked<State>

    struct State: Sendable {
        /// Of the current count; moves when a counter is reset and, for deltas, with each collection.
        var start: UInt64
        var value: MetricValue
        /// A gauge that was never set has nothing to say, and a delta of nothing neither.
        var isSet = false
        var exemplars = ExemplarReservoir()
    }

    init(
        _ instrument: InstrumentKey, _ dimensions: [Dimension], value: MetricValue, start: UInt64,
        hasExemplars: Bool = false
    ) {
        self.instrument = instrument
        self.dimensions = dimensions
        self.hasExemplars = hasExemplars && instrument.kind != .gauge
        state = Locked(State(start: start, value: value))
    }

    /// What there is to tell; the exemplars, and for deltas the values, begin anew.
    func collect(_ temporality: TeleConfiguration.Temporality, now: UInt64) -> State {
        state.withLock { state in
            let told = state
            state.exemplars = ExemplarReservoir()
            if temporality == .delta, instrument.kind != .gauge {
                state.value.clear()
                state.start = now
                state.isSet = false
            }
            return told
        }
    }

    var value: MetricValue { state.withLock { $0.value } }

    private func add(_ amount: Int64) {
        state.withLock { state in
            state.value.add(amount)
            state.isSet = true
            if hasExemplars { state.exemplars.offer(Double(amount), slot: 0) }
        }
    }

    private func add(_ amount: Double) {
        state.withLock { state in
            state.value.add(amount, signed: instrument.kind == .gauge)
            state.isSet = true
            if hasExemplars, amount.isFinite { state.exemplars.offer(amount, slot: 0) }
        }
    }

    private func put(_ value: MetricValue) {
        state.withLock { state in
            state.value = value
            state.isSet = true
        }
    }

    private func measure(_ value: Double) {
        state.withLock { state in
            let slot = state.value.record(value)
            state.isSet = true
            if hasExemplars, value.isFinite { state.exemplars.offer(value, slot: slot) }
        }
    }
}

extension MetricSeries: CounterHandler, FloatingPointCounterHandler {
    func increment(by amount: Int64) { add(amount) }
    func increment(by amount: Double) { add(amount) }

    func reset() {
        state.withLock { state in
            switch state.value {
            case .int, .double: state.value.clear()
            case .explicit, .exponential: return
            }
            state.start = UnixTime.now()
        }
    }
}

extension MetricSeries: MeterHandler {
    func set(_ value: Int64) { put(.int(value)) }
    func set(_ value: Double) { put(.double(value)) }
    func decrement(by amount: Double) { increment(by: -amount) }
}

extension MetricSeries: RecorderHandler, TimerHandler {
    func record(_ value: Int64) {
        if instrument.kind == .gauge { set(value) } else { record(Double(value)) }
    }

    func record(_ value: Double) { measure(value) }

    /// Durations are exported in seconds, as OpenTelemetry's conventions have them; a negative one counts as none.
    func recordNanoseconds(_ duration: Int64) { measure(Double(max(0, duration)) / 1e9) }
}
