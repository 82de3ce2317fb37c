import TeleAPI
import TeleQuery

/// Writes streams with their entries a little at a time, and lets go of what is written: an answer of many lines is never
/// held as text.
struct LokiStreamsWriter: Sendable {
    private var streams: [LogStreamResult]
    private let categorized: Bool
    private var stream = 0
    /// The next entry; nil where the stream is not begun.
    private var entry: Int?

    /// Entries between two looks at how much is written.
    private static let entries = 64

    init(_ streams: [LogStreamResult], categorized: Bool) {
        self.streams = streams
        self.categorized = categorized
    }

    /// Writes on; false when all are written.
    mutating func step(_ w: inout JSONWriter) -> Bool {
        guard stream < streams.count else { return false }
        guard let first = entry else {
            w.beginObject()
            w.key("stream")
            w.labels(streams[stream].labels)
            w.key("values")
            w.beginArray()
            entry = 0
            return true
        }
        let all = streams[stream].entries
        let end = min(all.count, first + LokiStreamsWriter.entries)
        for one in all[first..<end] { w.entry(one, categorized: categorized) }
        entry = end
        if end == all.count {
            w.endArray()
            w.endObject()
            streams[stream].entries = []
            stream += 1
            entry = nil
        }
        return true
    }
}

/// Writes the series of a matrix a little at a time.
struct LokiMatrixWriter: Sendable {
    private let series: [LogSeries]
    private let steps: LogSteps
    private var row = 0
    /// The next point; nil where the series is not begun.
    private var point: Int?

    /// Points between two looks at how much is written.
    private static let points = 512

    init(_ series: [LogSeries], _ steps: LogSteps) {
        self.series = series
        self.steps = steps
    }

    /// Writes on; false when all are written.
    mutating func step(_ w: inout JSONWriter) -> Bool {
        guard row < series.count else { return false }
        guard let first = point else {
            w.beginObject()
            w.key("metric")
            w.labels(series[row].labels)
            w.key("values")
            w.beginArray()
            point = 0
            return true
        }
        let values = series[row].values
        let end = min(values.count, first + LokiMatrixWriter.points)
        for step in first..<end {
            guard let value = values[step] else { continue }
            w.sample(at: steps.time(step), value)
        }
        point = end
        if end == values.count {
            w.endArray()
            w.endObject()
            row += 1
            point = nil
        }
        return true
    }
}
