internal import TeleAPI
internal import TeleModel

/// Writes the series of a query's answer a little at a time, so that a long answer is never held as text.
struct PrometheusRowsWriter<Rows: PrometheusRows>: Sendable {
    /// What is written next of the row at hand.
    private enum Part {
        case labels
        /// The points of a kind from one of them on; `isBegun`: the list is open.
        case points(PrometheusPoint, from: Int, isBegun: Bool)
    }

    private let rows: Rows
    /// Rows to write.
    private let count: Int
    /// One point a row, not a list.
    private let isInstant: Bool
    private var row = 0
    private var part = Part.labels

    /// Points between two looks at how much is written.
    private static var points: Int { 512 }

    init(_ rows: Rows, limit: Int?, isInstant: Bool) {
        self.rows = rows
        self.isInstant = isInstant
        count = min(rows.count, limit ?? rows.count)
    }

    /// Writes on; false when all rows are written.
    mutating func step(_ w: inout JSONWriter) -> Bool {
        guard row < count else { return false }
        switch part {
        case .labels:
            w.beginObject()
            w.key("metric")
            PrometheusAnswer.labels(rows.labels(row), &w)
            part = .points(.float, from: rows.points(row, .float).lowerBound, isBegun: false)
        case .points(let kind, let from, let isBegun):
            points(kind, from, isBegun, &w)
        }
        return true
    }

    private mutating func points(_ kind: PrometheusPoint, _ from: Int, _ isBegun: Bool, _ w: inout JSONWriter) {
        // Of its own: a look at a column is no copy of the rows then.
        let (rows, row) = (rows, row)
        let all = rows.points(row, kind)
        let end = min(all.upperBound, from + Self.points)
        var isBegun = isBegun
        for point in from..<end where rows.isThere(point, kind) {
            if !isBegun { begin(kind, &w) }
            isBegun = true
            w.beginArray()
            w.seconds(milliseconds: rows.time(row, point, kind))
            if kind == .float {
                w.sample(rows.value(point))
            } else if let histogram = rows.histogram(point) {
                PrometheusAnswer.histogram(histogram, &w)
            }
            w.endArray()
        }
        guard end == all.upperBound else { return part = .points(kind, from: end, isBegun: isBegun) }
        if !isBegun, kind == .float, rows.showsEmpty, rows.points(row, .histogram).isEmpty {
            begin(kind, &w)
            isBegun = true
        }
        if isBegun, !isInstant { w.endArray() }
        if kind == .float {
            part = .points(.histogram, from: rows.points(row, .histogram).lowerBound, isBegun: false)
        } else {
            w.endObject()
            part = .labels
            self.row += 1
        }
    }

    private func begin(_ kind: PrometheusPoint, _ w: inout JSONWriter) {
        let name = kind == .float ? "value" : "histogram"
        w.key(isInstant ? name : name + "s")
        if !isInstant { w.beginArray() }
    }
}
