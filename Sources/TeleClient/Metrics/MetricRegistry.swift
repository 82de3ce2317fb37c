/// All series of a process, by instrument. Both counts are bounded: what is over goes to one series with the
/// attribute `otel.metric.overflow`, as the specification has it.
final class MetricRegistry: Sendable {
    private let timer: TeleConfiguration.Histogram
    private let recorder: TeleConfiguration.Histogram
    private let hasExemplars: Bool
    private let state = Locked(State())

    private struct State: Sendable {
        var instruments: [InstrumentKey: [[Dimension]: MetricSeries]] = [:]
    }

    static let overflow = [Dimension(key: "otel.metric.overflow", value: "true")]
    /// Takes the values of instruments beyond the limit.
    static let overflowLabel = "tele.client.overflow"

    init(_ configuration: TeleConfiguration) {
        timer = configuration.timerHistogram
        recorder = configuration.recorderHistogram
        hasExemplars = configuration.exemplars == .sampledSpans
    }

    func series(_ kind: InstrumentKind, _ label: String, _ dimensions: [(String, String)]) -> MetricSeries {
        var key = InstrumentKey(label: label, kind: kind)
        var sorted = dimensions.map { Dimension(key: $0.0, value: $0.1) }
        sorted.sort()
        return state.withLock { state in
            if let series = state.instruments[key]?[sorted] { return series }
            if state.instruments[key] == nil, state.instruments.count >= ClientLimits.instruments {
                key.label = Self.overflowLabel
                sorted = Self.overflow
            } else if (state.instruments[key]?.count ?? 0) >= ClientLimits.seriesPerInstrument {
                sorted = Self.overflow
            }
            if let series = state.instruments[key]?[sorted] { return series }
            let series = MetricSeries(
                key, sorted, value: first(kind), start: UnixTime.now(), hasExemplars: hasExemplars)
            state.instruments[key, default: [:]][sorted] = series
            return series
        }
    }

    func remove(_ handler: AnyObject) {
        guard let series = handler as? MetricSeries else { return }
        state.withLock { state in
            guard state.instruments[series.instrument]?[series.dimensions] === series else { return }
            state.instruments[series.instrument]?[series.dimensions] = nil
            if state.instruments[series.instrument]?.isEmpty == true { state.instruments[series.instrument] = nil }
        }
    }

    /// The series of each instrument, in the order of their labels.
    func snapshot() -> [(InstrumentKey, [MetricSeries])] {
        let instruments = state.withLock { $0.instruments }
        return instruments.map { ($0.key, Array($0.value.values)) }.sorted { $0.0.label < $1.0.label }
    }

    private func first(_ kind: InstrumentKind) -> MetricValue {
        switch kind {
        case .counter, .gauge: .int(0)
        case .floatCounter: .double(0)
        case .histogram: empty(recorder)
        case .timer: empty(timer)
        }
    }

    private func empty(_ histogram: TeleConfiguration.Histogram) -> MetricValue {
        switch histogram {
        case .explicit(let bounds): .explicit(ExplicitHistogram(bounds: bounds))
        case .exponential(let maxBuckets): .exponential(ExponentialHistogram(maxBuckets: maxBuckets))
        }
    }
}
