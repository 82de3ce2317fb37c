import TeleModel
import TeleTestKit

/// Makes native histograms with custom bounds of classic bucket series, as `load_with_nhcb` asks for.
struct PromQLClassicHistograms {
    private struct Point {
        var buckets: [Double: Double] = [:]
        var sum: Double?
        var count: Double?
    }

    private var points: [LabelSet: [Int64: Point]] = [:]

    mutating func add(_ labels: LabelSet, _ times: [Int64], _ values: [Double]) {
        guard let name = labels["__name__"],
            let suffix = ["_bucket", "_sum", "_count"].first(where: { name.hasSuffix($0) })
        else { return }
        let bound = labels["le"].flatMap { $0 == "+Inf" ? Double.infinity : Double($0) }
        if suffix == "_bucket", bound == nil { return }
        var pairs = labels.pairs.filter { $0.name != "le" && $0.name != "__name__" }
        pairs.append(("__name__", String(name.dropLast(suffix.count))))
        let base = LabelSet(pairs)
        for (time, value) in zip(times, values) {
            var point = points[base]?[time] ?? Point()
            switch suffix {
            case "_sum": point.sum = value
            case "_count": point.count = value
            default: point.buckets[bound ?? .infinity] = value
            }
            points[base, default: [:]][time] = point
        }
    }

    func append(to engine: MemoryEngine) {
        for (labels, series) in points {
            var histograms: ([Int64], [NativeHistogram]) = ([], [])
            for (time, point) in series where !point.buckets.isEmpty {
                var out = NativeHistogram()
                out.schema = -53
                let bounds = point.buckets.keys.sorted()
                out.bounds = bounds.filter { $0 != .infinity }
                var before = 0.0
                for bound in bounds {
                    let count = point.buckets[bound] ?? 0
                    out.positive.append(count - before)
                    before = count
                }
                if !bounds.contains(.infinity) {
                    out.positive.append((point.count ?? before) - before)
                    before = point.count ?? before
                }
                out.positiveRuns = [.init(offset: 0, length: UInt32(out.positive.count))]
                out.count = point.count ?? before
                out.sum = point.sum ?? 0
                histograms.0.append(time)
                histograms.1.append(out)
            }
            engine.append(labels, times: histograms.0, histograms: histograms.1)
        }
    }
}
