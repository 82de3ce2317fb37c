internal import TeleModel

/// A window of native histograms alone.
internal struct PromHistogramWindow {
    internal var times: ArraySlice<Int64>
    internal var values: ArraySlice<NativeHistogram>
    internal var start: Int64
    internal var end: Int64

    internal enum Result {
        case histogram(NativeHistogram)
        case float(Double)
    }

    internal func value(_ function: PromWindowFunction) -> Result? {
        guard let first = values.first, let last = values.last else { return nil }
        switch function {
        case .rate, .increase, .delta: return extrapolated(function).map { .histogram($0) }
        case .irate, .idelta:
            guard values.count > 1, let time = times.last, let before = times.dropLast().last,
                let previous = values.dropLast().last
            else { return nil }
            var result = last
            if function == .idelta || !last.isReset(after: previous) {
                guard let difference = last.adding(previous.scaled(by: -1)) else { return nil }
                result = difference
            }
            result.resetHint = 3
            if function == .irate { result = result.scaled(by: 1000 / Double(time - before)) }
            return .histogram(result)
        case .sum, .avg:
            var total = first
            for value in values.dropFirst() {
                guard let next = total.adding(value) else { return nil }
                total = next
            }
            return .histogram(function == .avg ? total.scaled(by: 1 / Double(values.count)) : total)
        case .changes: return .float(Double(zip(values, values.dropFirst()).filter { $0 != $1 }.count))
        case .resets: return .float(Double(zip(values, values.dropFirst()).filter { $1.isReset(after: $0) }.count))
        default: return nil
        }
    }

    private func extrapolated(_ function: PromWindowFunction) -> NativeHistogram? {
        guard values.count > 1, let first = values.first, let last = values.last, let firstTime = times.first,
            let lastTime = times.last, var result = last.adding(first.scaled(by: -1))
        else { return nil }
        if function.isCounter {
            for (before, now) in zip(values, values.dropFirst()) where now.isReset(after: before) {
                guard let next = result.adding(before) else { return nil }
                result = next
            }
        }
        var toStart = Double(firstTime - start) / 1000
        var toEnd = Double(end - lastTime) / 1000
        let sampled = Double(lastTime - firstTime) / 1000
        let average = sampled / Double(values.count - 1)
        if toStart >= average * 1.1 { toStart = average / 2 }
        if function.isCounter, result.count > 0, first.count >= 0 {
            toStart = min(toStart, sampled * (first.count / result.count))
        }
        if toEnd >= average * 1.1 { toEnd = average / 2 }
        var factor = (sampled + toStart + toEnd) / sampled
        if function == .rate { factor /= Double(end - start) / 1000 }
        result = result.scaled(by: factor)
        result.resetHint = 3
        return result
    }
}
