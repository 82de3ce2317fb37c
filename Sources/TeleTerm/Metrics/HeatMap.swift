/// Histograms over time: a row a range of values, a column a moment, darker where more was counted.
package struct HeatMap: Sendable {
    /// One bucket's count at one moment, not cumulative. `low` may be -infinity, `high` +infinity.
    package struct Cell: Sendable {
        package var time: Double
        package var low: Double
        package var high: Double
        package var count: Double

        package init(time: Double, low: Double, high: Double, count: Double) {
            self.time = time
            self.low = low
            self.high = high
            self.count = count
        }
    }

    package var cells: [Cell]
    /// Unix seconds.
    package var from: Double
    package var to: Double
    package var unit: PlotUnit

    package init(_ cells: [Cell], from: Double, to: Double, unit: PlotUnit) {
        self.cells = cells.filter { $0.count.isFinite && $0.count > 0 && $0.time >= from && $0.time <= to }
        self.from = from
        self.to = to
        self.unit = unit
    }

    /// Cells of series that differ in `le` only: cumulative counts by upper bound, at each moment.
    package static func cells(_ series: [(bound: Double, points: [(time: Double, value: Double)])]) -> [Cell] {
        var byTime: [Double: [(bound: Double, value: Double)]] = [:]
        for one in series where !one.bound.isNaN {
            for point in one.points where point.value.isFinite {
                byTime[point.time, default: []].append((one.bound, point.value))
            }
        }
        return byTime.flatMap { time, buckets -> [Cell] in
            var low = -Double.infinity
            var below = 0.0
            var out: [Cell] = []
            for bucket in buckets.sorted(by: { $0.bound < $1.bound }) {
                out.append(Cell(time: time, low: low, high: bucket.bound, count: max(0, bucket.value - below)))
                (low, below) = (bucket.bound, max(below, bucket.value))
            }
            return out
        }
    }

    private static let shades = Array(" ·░▒▓█")
    private static let asciiShades = Array(" .:+*#")

    /// At most `height` rows of buckets, the largest values on top, the time axis, and what the shades mean.
    package func lines(width: Int, height: Int, style: Style) -> [String] {
        let bounds = Set(cells.map(\.high)).sorted()
        guard !bounds.isEmpty, to > from else { return ["no data in this range"] }
        // Neighbours share a row where there are more buckets than rows.
        let perRow = (bounds.count + max(height, 1) - 1) / max(height, 1)
        let rows = (bounds.count + perRow - 1) / perRow
        let labels = (0..<rows).map { row in
            let bound = bounds[min((row + 1) * perRow, bounds.count) - 1]
            return bound == .infinity ? "+Inf" : unit.text(bound, style)
        }
        let axisWidth = max(labels.map(TextWidth.of).max() ?? 0, 4)
        let columns = max(width - axisWidth - 2, 10)
        var rowOf: [Double: Int] = [:]
        for (index, bound) in bounds.enumerated() { rowOf[bound] = index / perRow }
        var sums = [Double](repeating: 0, count: rows * columns)
        // A moment's column goes on to the next one's, so that few moments leave no stripes.
        let times = Set(cells.map(\.time)).sorted()
        func column(_ time: Double) -> Int { min(columns - 1, Int((time - from) / (to - from) * Double(columns))) }
        var spans: [Double: ClosedRange<Int>] = [:]
        for (index, time) in times.enumerated() {
            let first = column(time)
            let step =
                index > 0 ? time - times[index - 1] : index + 1 < times.count ? times[index + 1] - time : to - from
            let next = index + 1 < times.count ? min(times[index + 1], time + step * 1.5) : min(time + step, to)
            spans[time] = first...max(first, column(next) - (next < to ? 1 : 0))
        }
        for cell in cells {
            guard let row = rowOf[cell.high], let span = spans[cell.time] else { continue }
            for column in span { sums[row * columns + column] += cell.count }
        }
        let most = sums.max() ?? 0
        let shades = style.unicode ? HeatMap.shades : HeatMap.asciiShades
        // By the root of the count: a few slow ones must not vanish beside thousands that are quick.
        func shade(_ count: Double) -> Character {
            guard count > 0 else { return shades[0] }
            let share = count / most
            guard share.isFinite else { return shades[shades.count - 1] }
            let shade = Int((share.squareRoot() * Double(shades.count - 1)).rounded(.up))
            return shades[max(1, min(shades.count - 1, shade))]
        }
        var out: [String] = []
        for row in (0..<rows).reversed() {
            let line = String((0..<columns).map { shade(sums[row * columns + $0]) })
            out.append(
                style.paint(TextWidth.fit(labels[row], to: axisWidth, .right) + (style.unicode ? "┤" : "|"), .dim)
                    + style.paint(line, .accent))
        }
        out.append(style.paint(PlotAxis.times(from, to, columns: columns, indent: axisWidth + 1), .dim))
        out.append(style.paint("\(shades[1]) few  \(shades[5]) \(Units.count(most)) in a column of a row", .dim))
        return out
    }
}
