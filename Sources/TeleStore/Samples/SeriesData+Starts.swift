internal import TeleEngine

/// Start times of counters in what sources select.
extension SeriesData {
    /// Start times of the series that is being added: of its float samples from `start` on and of the histograms that
    /// no series has yet. `changes`: by time.
    mutating func appendStarts(_ changes: [StartTimes.Change], from start: Int) {
        let floats = start..<times.count
        if !floats.isEmpty {
            if let one = StartTimes.one(changes, times[floats]) {
                setStarted(one, ofAll: labels.count)
            } else {
                SeriesData.pad(&started, to: start)
                StartTimes.fill(&started, changes, times[floats])
            }
        }
        let histograms = (histogramOffsets.last ?? 0)..<histogramTimes.count
        if !histograms.isEmpty {
            SeriesData.pad(&histogramStarted, to: histograms.lowerBound)
            StartTimes.fill(&histogramStarted, changes, histogramTimes[histograms])
        }
    }

    /// Start times of the float samples of the series that is being added, which are not in order of time yet: from
    /// `start` on, in runs that are, each with the changes of its source.
    mutating func appendStarts(_ runs: [(rows: Range<Int>, changes: [StartTimes.Change])], from start: Int) {
        let ones = runs.map { StartTimes.one($0.changes, times[$0.rows]) }
        if let one = ones.first ?? nil, ones.allSatisfy({ $0 == one }) {
            setStarted(one, ofAll: labels.count)
            return
        }
        SeriesData.pad(&started, to: start)
        for run in runs { StartTimes.fill(&started, run.changes, times[run.rows]) }
        SeriesData.order(&started, by: times, from: start)
    }

    /// Fills up the columns that there are, with zeros.
    mutating func padStarts() {
        if !started.isEmpty { SeriesData.pad(&started, to: times.count) }
        if !histogramStarted.isEmpty { SeriesData.pad(&histogramStarted, to: histogramTimes.count) }
        if !startedAll.isEmpty { SeriesData.pad(&startedAll, to: labels.count) }
    }

    static func pad(_ column: inout [Int64], to count: Int) {
        if column.count < count { column.append(contentsOf: repeatElement(0, count: count - column.count)) }
    }
}

/// Start times of what several sources select.
extension SeriesData {
    /// When all float samples of a series started; nil where ``started`` says it a sample.
    private func startOfAll(_ series: Int) -> Int64? {
        let one = series < startedAll.count ? startedAll[series] : 0
        return one != 0 || started.isEmpty ? one : nil
    }

    /// Joins the start times of a series' parts, in the order in which their samples were appended from `start` and
    /// `histogramStart` on, and which are not in order of time yet.
    mutating func appendStarts(
        _ sources: [SeriesData], _ parts: [(source: Int, series: Int)], from start: Int, _ histogramStart: Int
    ) {
        let one = sources[parts[0].source].startOfAll(parts[0].series)
        if let one, parts.allSatisfy({ sources[$0.source].startOfAll($0.series) == one }) {
            setStarted(one, ofAll: labels.count)
        } else {
            SeriesData.pad(&started, to: start)
            for (source, series) in parts {
                let rows = sources[source].offsets[series]..<sources[source].offsets[series + 1]
                if let one = sources[source].startOfAll(series) {
                    started.append(contentsOf: repeatElement(one, count: rows.count))
                } else {
                    started += sources[source].started[rows]
                }
            }
            SeriesData.order(&started, by: times, from: start)
        }
        guard parts.contains(where: { !sources[$0.source].histogramStarted.isEmpty }) else { return }
        SeriesData.pad(&histogramStarted, to: histogramStart)
        for (source, series) in parts {
            let rows = sources[source].histogramOffsets[series]..<sources[source].histogramOffsets[series + 1]
            if sources[source].histogramStarted.isEmpty {
                SeriesData.pad(&histogramStarted, to: histogramStarted.count + rows.count)
            } else {
                histogramStarted += sources[source].histogramStarted[rows]
            }
        }
        SeriesData.order(&histogramStarted, by: histogramTimes, from: histogramStart)
    }

    /// Brings a column into the order that ``ArrivalOrder`` gives to its times.
    private static func order(_ column: inout [Int64], by times: [Int64], from start: Int) {
        let times = times.span.extracting(start..<times.count)
        if ArrivalOrder.isIncreasing(times) { return }
        let ordered = ArrivalOrder.kept(times).map { column[start + $0] }
        column.replaceSubrange(start..., with: ordered)
    }
}

extension StartTimes {
    /// The start time in force at a time; `changes` by time.
    static func started(_ changes: [Change], at time: Int64) -> Int64 {
        changes.last { $0.time <= time }?.started ?? 0
    }

    /// The start time that is in force at all of the times, which ascend; nil where there are several.
    static func one(_ changes: [Change], _ times: ArraySlice<Int64>) -> Int64? {
        guard let first = times.first, let last = times.last else { return 0 }
        let known = started(changes, at: first)
        return changes.contains { $0.time > first && $0.time <= last && $0.started != known } ? nil : known
    }

    /// Appends the start times of samples at the times, which ascend.
    static func fill(_ column: inout [Int64], _ changes: [Change], _ times: ArraySlice<Int64>) {
        var next = 0
        var now: Int64 = 0
        for time in times {
            while next < changes.count, changes[next].time <= time {
                now = changes[next].started
                next += 1
            }
            column.append(now)
        }
    }
}
