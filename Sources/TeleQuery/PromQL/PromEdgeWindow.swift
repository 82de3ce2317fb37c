internal import TeleModel
internal import TeleQL

/// A window whose edges get values of their own instead of an extrapolation. `anchored`: the last sample at or before
/// the edge; `smoothed`: what lies on the line between the samples around it.
internal struct PromEdgeWindow {
    /// All samples that may matter, ordered by time.
    internal var points: [PromPoint]
    internal var start: Int64
    internal var end: Int64
    internal var isSmoothed: Bool
    internal var isCounter: Bool
    internal var notes: Set<PromNote> = []

    internal mutating func value(_ function: PromWindowFunction) -> PromSample? {
        // The first sample after the window's start, and the last one up to its end.
        let first = points.firstIndex { $0.time > start } ?? points.count
        let last = (points.firstIndex { $0.time > end } ?? points.count) - 1
        if !isSmoothed {
            guard first <= last else { return nil }
            let chain = Array(points[max(0, first - 1)...last])
            return function == .changes || function == .resets
                ? count(function, chain) : increase(function, chain[0].sample, chain, chain[chain.count - 1].sample)
        }
        guard first < points.count, last >= 0 else { return nil }
        let from: PromSample
        var chainStart = first
        if first == 0 {
            from = points[0].sample
        } else if points[first - 1].time == start {
            from = points[first - 1].sample
            chainStart = first - 1
        } else {
            guard let value = between(first - 1, at: start) else { return nil }
            from = value
        }
        var chain = chainStart <= last ? Array(points[chainStart...last]) : []
        let to: PromSample
        if points[last].time == end || last + 1 == points.count {
            to = points[last].sample
        } else {
            guard let value = between(last, at: end) else { return nil }
            to = value
            if !chain.isEmpty { chain.append(points[last + 1]) }
        }
        return increase(function, from, chain, to)
    }

    private func count(_ function: PromWindowFunction, _ chain: [PromPoint]) -> PromSample {
        var total = 0.0
        for (before, now) in zip(chain, chain.dropFirst()) {
            let counts =
                function == .resets ? now.sample.isReset(after: before.sample) : now.sample.differs(from: before.sample)
            if counts { total += 1 }
        }
        return .float(total)
    }

    /// `chain`: the samples between which resets count; the value before each is added again.
    private mutating func increase(
        _ function: PromWindowFunction, _ from: PromSample, _ chain: [PromPoint], _ to: PromSample
    ) -> PromSample? {
        check(chain.map(\.sample) + [from, to])
        if notes.contains(.mixedTypes) || notes.contains(.mixedSchemas) { return nil }
        guard var result = to.adding(from.scaled(by: -1), &notes) else { return nil }
        if isCounter {
            for (before, now) in zip(chain, chain.dropFirst()) where now.sample.isReset(after: before.sample) {
                guard let next = result.adding(before.sample, &notes) else { return nil }
                result = next
            }
        }
        if function == .rate { result = result.scaled(by: 1000 / Double(end - start)) }
        if case .histogram(var histogram) = result {
            histogram.resetHint = NativeHistogram.gauge
            return .histogram(histogram)
        }
        return result
    }

    private mutating func check(_ samples: [PromSample]) {
        var custom: Bool?
        var floats = 0
        for sample in samples {
            guard case .histogram(let histogram) = sample else {
                floats += 1
                continue
            }
            if let custom, custom != histogram.isCustom { notes.insert(.mixedSchemas) }
            custom = histogram.isCustom
            if isCounter, histogram.isGauge { notes.insert(.notCounter) }
            if !isCounter, !histogram.isGauge { notes.insert(.notGauge) }
        }
        if floats > 0, floats < samples.count { notes.insert(.mixedTypes) }
    }

    /// The value at a time between a sample and the next one.
    internal mutating func between(_ index: Int, at time: Int64) -> PromSample? {
        PromEdgeWindow.between(points[index], points[index + 1], at: time, isCounter: isCounter, &notes)
    }

    /// On the line between two samples; a counter that was reset begins at 0.
    internal static func between(
        _ before: PromPoint, _ after: PromPoint, at time: Int64, isCounter: Bool, _ notes: inout Set<PromNote>
    ) -> PromSample? {
        let share = Double(time - before.time) / Double(after.time - before.time)
        switch (before.sample, after.sample) {
        case (.float(let low), .float(let high)):
            return .float(isCounter && high < low ? high * share : low + (high - low) * share)
        case (.histogram(let low), .histogram(let high)):
            if low.isCustom != high.isCustom {
                notes.insert(.mixedSchemas)
                return nil
            }
            var out = high.scaled(by: share)
            if !isCounter || !high.isReset(after: low) {
                guard let line = PromHistogramSum.total([low.scaled(by: 1 - share), out]) else { return nil }
                out = line.value
            }
            return .histogram(out)
        default:
            notes.insert(.mixedTypes)
            return nil
        }
    }
}
