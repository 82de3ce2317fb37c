import TeleEngine
import TeleModel
import TeleQL

/// Collects what spans add to the series of one function.
struct TraceMetricAccumulator {
    private struct Key: Hashable {
        var groups: [TraceGroupKey]
        /// The bucket of a histogram: the exponent of its upper edge.
        var bucket: Int16
    }

    private struct Tally {
        var count: [Int32]
        var value: [Double]
        /// All values of a bin, for quantiles.
        var samples: [[Double]]
    }

    private let metric: TraceQLSpanMetric
    private let grid: TraceMetricGrid
    private var places: [Key: Int] = [:]
    private var labels: [(groups: [TraceQLValue], bucket: Int16)] = []
    private var tallies: [Tally] = []
    /// Whether values are durations, which come out in seconds.
    private let isDuration: Bool
    private let keepsSamples: Bool

    init(_ metric: TraceQLSpanMetric, _ grid: TraceMetricGrid) {
        self.metric = metric
        self.grid = grid
        isDuration = metric.value.map(TraceMetricAccumulator.isDuration) ?? false
        keepsSamples = metric.function == .quantileOverTime
    }

    private static func isDuration(_ field: TraceQLField) -> Bool {
        switch field {
        case .intrinsic(.duration), .intrinsic(.traceDuration), .intrinsic(.eventTimeSinceStart): true
        case .literal(.duration): true
        case .negative(let inner): isDuration(inner)
        case .binary(let operation, let a, let b) where operation == .add || operation == .subtract:
            isDuration(a) || isDuration(b)
        case .binary(let operation, let a, let b) where operation == .multiply || operation == .divide:
            isDuration(a) != isDuration(b)
        default: false
        }
    }

    /// One span. `value` is nil where the function looks at none.
    mutating func add(
        time: UInt64, groups: [TraceQLValue], value: Double?, _ budget: QueryBudget
    ) throws(EngineError) {
        var bucket = Int16.min
        var value = value ?? 0
        if metric.function == .histogramOverTime {
            bucket = value > 0 ? Int16(clamping: TraceMetricAccumulator.exponent(above: value)) : -1
        }
        if isDuration { value /= 1e9 }
        let key = Key(groups: groups.map(TraceGroupKey.init), bucket: bucket)
        let place: Int
        if let known = places[key] {
            place = known
        } else {
            try budget.charge(bytes: 128 + grid.count * (keepsSamples ? 20 : 12))
            place = tallies.count
            places[key] = place
            labels.append((groups, bucket))
            tallies.append(
                Tally(
                    count: Array(repeating: 0, count: grid.count), value: Array(repeating: 0, count: grid.count),
                    samples: keepsSamples ? Array(repeating: [], count: grid.count) : []))
        }
        let bin = grid.bin(time)
        let isFirst = tallies[place].count[bin] == 0
        tallies[place].count[bin] &+= 1
        switch metric.function {
        case .minOverTime:
            tallies[place].value[bin] = isFirst ? value : min(tallies[place].value[bin], value)
        case .maxOverTime:
            tallies[place].value[bin] = isFirst ? value : max(tallies[place].value[bin], value)
        case .sumOverTime, .avgOverTime: tallies[place].value[bin] += value
        case .quantileOverTime:
            try budget.charge(bytes: 8)
            tallies[place].samples[bin].append(value)
        case .rate, .countOverTime, .histogramOverTime, .compare: break
        }
    }

    /// The exponent of the smallest power of two that is not below a positive number.
    private static func exponent(above value: Double) -> Int {
        guard value.isFinite else { return 1023 }
        return Int(value.exponent) + (value.significand > 1 ? 1 : 0)
    }

    /// Series by label values.
    func series() -> [TraceSeries] {
        var out: [TraceSeries] = []
        for (place, tally) in tallies.enumerated() {
            var names = zip(metric.by, labels[place].groups).map { (name: $0.text, value: $1) }
            switch metric.function {
            case .quantileOverTime:
                for quantile in metric.quantiles {
                    let values = tally.samples.map { TraceMetricAccumulator.quantile(quantile, $0) }
                    out.append(TraceSeries(labels: names + [("p", .double(quantile))], values: values))
                }
                continue
            case .histogramOverTime:
                let edge = TraceMetricAccumulator.power(Int(labels[place].bucket))
                names.append(("__bucket", .double(isDuration ? edge / 1e9 : edge)))
            default: if names.isEmpty { names = [("__name__", .string(metric.function.rawValue))] }
            }
            out.append(TraceSeries(labels: names, values: values(tally)))
        }
        return out.map { ($0.key, $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
    }

    private static func power(_ exponent: Int) -> Double {
        exponent < 0 ? 0 : Double(sign: .plus, exponent: exponent, significand: 1)
    }

    private func values(_ tally: Tally) -> [Double] {
        tally.count.indices.map { bin in
            let count = Double(tally.count[bin])
            if count == 0 { return .nan }
            switch metric.function {
            case .rate: return count / grid.stepSeconds
            case .countOverTime, .histogramOverTime, .compare: return count
            case .avgOverTime: return tally.value[bin] / count
            case .minOverTime, .maxOverTime, .sumOverTime, .quantileOverTime: return tally.value[bin]
            }
        }
    }

    /// The exact quantile by nearest rank; NaN of nothing.
    private static func quantile(_ q: Double, _ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        return sorted[min(max(Int((q * Double(sorted.count)).rounded(.up)) - 1, 0), sorted.count - 1)]
    }
}
