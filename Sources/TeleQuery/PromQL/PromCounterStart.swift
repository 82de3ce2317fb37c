internal import TeleEngine

/// What start timestamps (when a counter was 0) say of counters. 0 is not known.
internal enum PromCounterStart {
    /// Whether a sample counts from a start after the sample before it. One that starts right there is a delta,
    /// if the one before has a start too; else it is a counter of unknown start.
    @inline(__always)
    internal static func isReset(_ started: Int64, _ time: Int64, after earlier: Int64, _ earlierTime: Int64) -> Bool {
        if started == 0 || started >= time { return false }
        if started > earlierTime { return true }
        return started == earlierTime && earlier != 0 && earlier < earlierTime
    }

    @inline(__always)
    internal static func overlaps(_ started: Int64, after earlier: Int64, _ earlierTime: Int64) -> Bool {
        started != 0 && started < earlierTime && started != earlier
    }

    @inline(__always)
    internal static func isWithin(_ started: Int64, after start: Int64, before time: Int64) -> Bool {
        started != 0 && started > start && started < time
    }
}

/// Where a series begins anew, and where its start times contradict one another: found once, looked up by window.
internal struct PromCounterPlaces {
    /// Indexes of samples before which the series was reset.
    internal private(set) var resets: [Int] = []
    private var overlaps: [Int] = []

    /// `started`: a start time a sample, or empty.
    internal init(
        _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, _ started: borrowing Span<Int64>,
        isCounter: Bool
    ) {
        guard isCounter, times.count > 1 else { return }
        for i in 1..<times.count where values[i] < values[i &- 1] { resets.append(i) }
        guard !started.isEmpty else { return }
        resets.removeAll(keepingCapacity: true)
        for i in 1..<times.count {
            if values[i] < values[i - 1]
                || PromCounterStart.isReset(started[i], times[i], after: started[i - 1], times[i - 1])
            {
                resets.append(i)
            }
            if PromCounterStart.overlaps(started[i], after: started[i - 1], times[i - 1]) { overlaps.append(i) }
        }
    }

    /// Whether a window has a sample, not its first one, whose start time contradicts the one before.
    internal func overlap(in frame: PromFrame) -> Bool {
        if overlaps.isEmpty { return false }
        return frame.lows.indices.contains { overlap(in: frame.window($0)) }
    }

    internal func overlap(in window: Range<Int>) -> Bool {
        overlaps.contains { $0 > window.lowerBound && window ~= $0 }
    }

    internal func resets(in window: Range<Int>) -> [Int] { resets.filter { $0 > window.lowerBound && window ~= $0 } }
}

extension SeriesData {
    /// With start times as range functions want them: of windows from `start` on. Those of whole series that lie before
    /// the first window decide nothing and go; those that are not before their samples, or that go with histograms,
    /// are told a sample.
    internal func withUsefulStarts(_ start: Int64) -> SeriesData {
        guard !startedAll.isEmpty else { return self }
        var out = self
        for series in startedAll.indices where startedAll[series] <= start { out.startedAll[series] = 0 }
        out.spreadStarts { series, started in
            histogramOffsets[series] < histogramOffsets[series + 1]
                || (offsets[series] < offsets[series + 1] && started > times[offsets[series]])
        }
        if out.startedAll.allSatisfy({ $0 == 0 }) { out.startedAll = [] }
        return out
    }
}
