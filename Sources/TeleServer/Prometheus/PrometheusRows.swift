internal import TeleEngine
internal import TeleModel
internal import TeleQuery

/// Series with points, as a query's answer has them. Points are numbered through all rows.
protocol PrometheusRows: Sendable {
    var count: Int { get }
    func labels(_ row: Int) -> LabelSet
    /// Where a row's points of one kind lie; there may be gaps between.
    func points(_ row: Int, _ kind: PrometheusPoint) -> Range<Int>
    func isThere(_ point: Int, _ kind: PrometheusPoint) -> Bool
    /// Unix milliseconds.
    func time(_ row: Int, _ point: Int, _ kind: PrometheusPoint) -> Int64
    func value(_ point: Int) -> Double
    func histogram(_ point: Int) -> NativeHistogram?
    /// Whether a row without any point shows its empty list.
    var showsEmpty: Bool { get }
}

enum PrometheusPoint: CaseIterable, Sendable {
    case float, histogram
}

/// What was evaluated at the steps of a query.
struct PrometheusBlockRows: PrometheusRows {
    var block: PromBlock
    var grid: PromGrid

    var count: Int { block.count }
    var showsEmpty: Bool { false }
    func labels(_ row: Int) -> LabelSet { block.labels[row] }
    func points(_ row: Int, _ kind: PrometheusPoint) -> Range<Int> { row * block.steps..<(row + 1) * block.steps }
    func isThere(_ point: Int, _ kind: PrometheusPoint) -> Bool {
        block.state[point] == (kind == .float ? PromBlock.float : PromBlock.histogram)
    }
    func time(_ row: Int, _ point: Int, _ kind: PrometheusPoint) -> Int64 { grid.time(point - row * block.steps) }
    func value(_ point: Int) -> Double { block.values[point] }
    func histogram(_ point: Int) -> NativeHistogram? { block.histograms[point] }
}

/// Samples as they are stored.
struct PrometheusSampleRows: PrometheusRows {
    var data: SeriesData

    var count: Int { data.count }
    var showsEmpty: Bool { true }
    func labels(_ row: Int) -> LabelSet { data.labels[row] }
    func points(_ row: Int, _ kind: PrometheusPoint) -> Range<Int> {
        kind == .float
            ? data.offsets[row]..<data.offsets[row + 1] : data.histogramOffsets[row]..<data.histogramOffsets[row + 1]
    }
    func isThere(_ point: Int, _ kind: PrometheusPoint) -> Bool { true }
    func time(_ row: Int, _ point: Int, _ kind: PrometheusPoint) -> Int64 {
        kind == .float ? data.times[point] : data.histogramTimes[point]
    }
    func value(_ point: Int) -> Double { data.values[point] }
    func histogram(_ point: Int) -> NativeHistogram? { data.histograms[point] }
}

/// A scalar at the steps of a query.
struct PrometheusScalarRows: PrometheusRows {
    var values: [Double]
    var grid: PromGrid

    var count: Int { 1 }
    var showsEmpty: Bool { true }
    func labels(_ row: Int) -> LabelSet { LabelSet([]) }
    func points(_ row: Int, _ kind: PrometheusPoint) -> Range<Int> { 0..<(kind == .float ? values.count : 0) }
    func isThere(_ point: Int, _ kind: PrometheusPoint) -> Bool { true }
    func time(_ row: Int, _ point: Int, _ kind: PrometheusPoint) -> Int64 { grid.time(point) }
    func value(_ point: Int) -> Double { values[point] }
    func histogram(_ point: Int) -> NativeHistogram? { nil }
}
