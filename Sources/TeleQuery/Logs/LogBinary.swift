import TeleModel
import TeleQL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Binary operations between scalars and vectors. As in Loki, `x / 0` and `x % 0` are NaN, and `bool` means nothing on
/// arithmetic.
struct LogBinary {
    let operation: LogQLBinaryOperation
    let returnsBool: Bool
    let matching: LogQLMatching
    let count: Int

    func run(_ left: LogMetricResult, _ right: LogMetricResult) throws(LogQueryError) -> LogMetricResult {
        switch (left, right) {
        case (.scalar(let a), .scalar(let b)):
            return .scalar(operation.isComparison ? (compare(a, b) ? 1 : 0) : arithmetic(a, b))
        case (.matrix(let series), .scalar(let b)):
            return .matrix(mapped(series) { value(of: $0, $0, b) })
        case (.scalar(let a), .matrix(let series)):
            return .matrix(mapped(series) { value(of: $0, a, $0) })
        case (.matrix(let a), .matrix(let b)):
            return .matrix(operation.isSet ? set(a, b) : try vectors(a, b))
        }
    }

    private func mapped(_ series: [LogSeries], _ body: (Double) -> Double?) -> [LogSeries] {
        series.map { one in LogSeries(labels: one.labels, values: one.values.map { $0.flatMap(body) }) }
            .filter { $0.values.contains { $0 != nil } }
    }

    /// The result of one pair: a comparison without `bool` keeps `kept` or nothing.
    private func value(of kept: Double, _ a: Double, _ b: Double) -> Double? {
        guard operation.isComparison else { return arithmetic(a, b) }
        let holds = compare(a, b)
        return returnsBool ? (holds ? 1 : 0) : holds ? kept : nil
    }

    private func compare(_ a: Double, _ b: Double) -> Bool {
        switch operation {
        case .equal: a == b
        case .notEqual: a != b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        case .less: a < b
        case .lessOrEqual: a <= b
        default: false
        }
    }

    private func arithmetic(_ a: Double, _ b: Double) -> Double {
        switch operation {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: b == 0 ? .nan : a / b
        case .modulo: b == 0 ? .nan : fmod(a, b)
        case .power: pow(a, b)
        default: .nan
        }
    }

    /// The labels by which both sides find each other.
    private func signature(_ labels: [LokiMapping.Pair]) -> [LokiMapping.Pair] {
        labels.filter { matching.labels.contains($0.name) == matching.isOn }
    }

    private func vectors(_ left: [LogSeries], _ right: [LogSeries]) throws(LogQueryError) -> [LogSeries] {
        var include: [String] = []
        var manyIsLeft = true
        var isOneToOne = false
        switch matching.cardinality {
        case .oneToOne: isOneToOne = true
        case .manyToOne(let labels): include = labels
        case .oneToMany(let labels):
            include = labels
            manyIsLeft = false
        }
        let (many, one) = manyIsLeft ? (left, right) : (right, left)
        var partners: [String: LogSeries] = [:]
        for series in one {
            let key = LogStreams.key(signature(series.labels))
            if partners.updateValue(series, forKey: key) != nil {
                throw .bad(
                    "multiple matches for labels: many-to-many matching not allowed: matching labels must be unique on one side"
                )
            }
        }
        var seen: Set<String> = []
        var out: [LogSeries] = []
        for series in many {
            let shared = signature(series.labels)
            let key = LogStreams.key(shared)
            guard let partner = partners[key] else { continue }
            if isOneToOne, !seen.insert(key).inserted {
                throw .bad(
                    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)")
            }
            let values: [Double?] = (0..<count).map { step in
                guard let x = series.values[step], let y = partner.values[step] else { return nil }
                let (a, b) = manyIsLeft ? (x, y) : (y, x)
                return value(of: a, a, b)
            }
            guard values.contains(where: { $0 != nil }) else { continue }
            var labels = isOneToOne && (!operation.isComparison || returnsBool) ? shared : series.labels
            for name in include {
                labels.removeAll { $0.name == name }
                if let pair = partner.labels.first(where: { $0.name == name }) { labels.append(pair) }
            }
            out.append(LogSeries(labels: LokiMapping.sorted(labels), values: values))
        }
        return out
    }

    private func set(_ left: [LogSeries], _ right: [LogSeries]) -> [LogSeries] {
        /// At which steps some series of a side with this signature has a value.
        func presence(_ side: [LogSeries]) -> [String: [Bool]] {
            var out: [String: [Bool]] = [:]
            for series in side {
                let key = LogStreams.key(signature(series.labels))
                var steps = out[key] ?? Array(repeating: false, count: count)
                for i in series.values.indices where series.values[i] != nil { steps[i] = true }
                out[key] = steps
            }
            return out
        }
        func filtered(_ side: [LogSeries], by other: [String: [Bool]], keepPresent: Bool) -> [LogSeries] {
            side.compactMap { series in
                let steps = other[LogStreams.key(signature(series.labels))]
                let values = series.values.enumerated().map {
                    (steps?[$0.offset] ?? false) == keepPresent ? $0.element : nil
                }
                return values.contains { $0 != nil } ? LogSeries(labels: series.labels, values: values) : nil
            }
        }
        switch operation {
        case .and: return filtered(left, by: presence(right), keepPresent: true)
        case .unless: return filtered(left, by: presence(right), keepPresent: false)
        default: return left + filtered(right, by: presence(left), keepPresent: false)
        }
    }
}
