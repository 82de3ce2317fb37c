internal import TeleEngine
internal import TeleModel

/// One sample of either kind.
internal enum PromSample {
    case float(Double)
    case histogram(NativeHistogram)

    /// Whether a counter began anew; so it did where it changed its kind.
    internal func isReset(after earlier: PromSample) -> Bool {
        switch (self, earlier) {
        case (.float(let now), .float(let before)): now < before
        case (.histogram(let now), .histogram(let before)): now.isReset(after: before)
        default: true
        }
    }

    internal func differs(from earlier: PromSample) -> Bool {
        switch (self, earlier) {
        case (.float(let now), .float(let before)): now != before && !(now.isNaN && before.isNaN)
        case (.histogram(let now), .histogram(let before)): !now.isSame(as: before)
        default: true
        }
    }

    internal func scaled(by factor: Double) -> PromSample {
        switch self {
        case .float(let value): .float(value * factor)
        case .histogram(let value): .histogram(value.scaled(by: factor))
        }
    }

    /// nil, and the reason noted, where the two do not go together.
    internal func adding(_ other: PromSample, _ notes: inout Set<PromNote>) -> PromSample? {
        switch (self, other) {
        case (.float(let a), .float(let b)): return .float(a + b)
        case (.histogram(let a), .histogram(let b)):
            guard let sum = PromHistogramSum.total([a, b]) else {
                notes.insert(.mixedSchemas)
                return nil
            }
            return .histogram(sum.value)
        default:
            notes.insert(.mixedTypes)
            return nil
        }
    }
}

internal struct PromPoint {
    var time: Int64
    var sample: PromSample
}

extension SeriesData {
    /// The samples of both kinds of a series by time, of times above `low` and up to `high`.
    internal func points(_ series: Int, after low: Int64 = .min, through high: Int64 = .max) -> [PromPoint] {
        var out: [PromPoint] = []
        var i = offsets[series]
        var j = histogramOffsets[series]
        let (floatEnd, histogramEnd) = (offsets[series + 1], histogramOffsets[series + 1])
        while i < floatEnd || j < histogramEnd {
            let takesFloat = j >= histogramEnd || (i < floatEnd && times[i] <= histogramTimes[j])
            let time = takesFloat ? times[i] : histogramTimes[j]
            if time > high { break }
            if time > low {
                out.append(
                    PromPoint(time: time, sample: takesFloat ? .float(values[i]) : .histogram(histograms[j])))
            }
            if takesFloat { i += 1 } else { j += 1 }
        }
        return out
    }
}
