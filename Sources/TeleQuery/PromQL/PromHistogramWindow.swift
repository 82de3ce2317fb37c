internal import TeleModel

/// A window of native histograms alone.
internal struct PromHistogramWindow {
    internal var times: ArraySlice<Int64>
    internal var values: ArraySlice<NativeHistogram>
    /// When the counters started, 0 where not known; empty where none is.
    internal var started: ArraySlice<Int64>
    internal var start: Int64
    internal var end: Int64
    internal var notes: Set<PromNote> = []

    internal enum Result {
        case histogram(NativeHistogram)
        case float(Double)
    }

    internal mutating func value(_ function: PromWindowFunction) -> Result? {
        guard !values.isEmpty else { return nil }
        switch function {
        case .rate, .increase, .delta: return extrapolated(function).map { .histogram($0) }
        case .irate, .idelta: return instantaneous(function).map { .histogram($0) }
        case .sum, .avg:
            let list = Array(values)
            guard let total = function == .avg ? PromHistogramSum.mean(list) : PromHistogramSum.total(list) else {
                notes.insert(.mixedSchemas)
                return nil
            }
            if total.isReconciled { notes.insert(.reconciledAggregation) }
            if total.hasConflictingResets { notes.insert(.conflictingResets("aggregation")) }
            return .histogram(total.value)
        default: return nil
        }
    }

    private func startedAt(_ i: Int) -> Int64 { started.isEmpty ? 0 : started[started.startIndex + i] }
    private func time(_ i: Int) -> Int64 { times[times.startIndex + i] }
    private func histogram(_ i: Int) -> NativeHistogram { values[values.startIndex + i] }

    private mutating func difference(_ high: NativeHistogram, _ low: NativeHistogram) -> NativeHistogram? {
        guard let total = PromHistogramSum.total([high, low.scaled(by: -1)]) else {
            notes.insert(.mixedSchemas)
            return nil
        }
        if total.isReconciled { notes.insert(.reconciledSubtraction) }
        return total.value
    }

    /// Whether the counter began anew between two neighbours, by their values or their start times.
    private func isReset(at i: Int) -> Bool {
        histogram(i).isReset(after: histogram(i - 1))
            || PromCounterStart.isReset(startedAt(i), time(i), after: startedAt(i - 1), time(i - 1))
    }

    private mutating func instantaneous(_ function: PromWindowFunction) -> NativeHistogram? {
        let last = values.count - 1
        guard last > 0 else { return nil }
        let (now, before) = (histogram(last), histogram(last - 1))
        if function == .irate, now.isGauge || before.isGauge { notes.insert(.notCounter) }
        if function == .idelta, !now.isGauge || !before.isGauge { notes.insert(.notGauge) }
        var result = now
        if function == .idelta || !isReset(at: last) {
            guard let step = difference(now, before) else { return nil }
            result = step
        }
        result.resetHint = NativeHistogram.gauge
        if function == .irate { result = result.scaled(by: 1000 / Double(time(last) - time(last - 1))) }
        return result
    }

    private mutating func extrapolated(_ function: PromWindowFunction) -> NativeHistogram? {
        let last = values.count - 1
        // A counter that started within the window was 0 then.
        let begins = function.isCounter && PromCounterStart.isWithin(startedAt(0), after: start, before: time(0))
        guard last > 0 || begins, var result = increase(function, begins: begins) else { return nil }
        let firstTime = begins ? startedAt(0) : time(0)
        let sampled = Double(time(last) - firstTime) / 1000
        let average = Double(time(last) - time(0)) / 1000 / Double(last)
        var toStart = begins ? 0 : Double(time(0) - start) / 1000
        var toEnd = last > 0 ? Double(end - time(last)) / 1000 : 0
        if toStart >= average * 1.1 { toStart = average / 2 }
        let first = histogram(0).count
        if function.isCounter, !begins, result.count > 0, first >= 0 {
            toStart = min(toStart, sampled * (first / result.count))
        }
        if toEnd >= average * 1.1 { toEnd = average / 2 }
        var factor = (sampled + toStart + toEnd) / sampled
        if function == .rate { factor /= Double(end - start) / 1000 }
        result = result.scaled(by: factor)
        result.resetHint = NativeHistogram.gauge
        return result
    }

    /// Last minus first, and for counters what was lost at resets.
    private mutating func increase(_ function: PromWindowFunction, begins: Bool) -> NativeHistogram? {
        let last = values.count - 1
        if function.isCounter {
            if values.contains(where: \.isGauge) { notes.insert(.notCounter) }
        } else if !histogram(0).isGauge || !histogram(last).isGauge {
            notes.insert(.notGauge)
        }
        var first = histogram(0)
        var parts: [NativeHistogram] = []
        var isCustom = first.isCustom
        // A first sample of another layout does not matter where the second one begins anew.
        if function.isCounter, last > 0, isReset(at: 1) {
            parts.append(first)
            isCustom = histogram(1).isCustom
            first = NativeHistogram()
        }
        let inner = function.isCounter ? Array(values.dropFirst()) : [histogram(last)]
        if last > 0, inner.contains(where: { $0.isCustom != isCustom }) {
            notes.insert(.mixedSchemas)
            return nil
        }
        var result = histogram(last)
        if begins || !parts.isEmpty {
            if begins, let lost = parts.first { result = result.adding(lost) ?? result }
            if !begins { parts = [] }
        } else {
            guard let step = difference(result, first) else { return nil }
            result = step
        }
        guard function.isCounter, last > 1 else { return result }
        for i in 2...last where isReset(at: i) {
            guard let sum = PromHistogramSum.total([result, histogram(i - 1)]) else {
                notes.insert(.mixedSchemas)
                return nil
            }
            if sum.isReconciled { notes.insert(.reconciledAddition) }
            result = sum.value
        }
        return result
    }
}
