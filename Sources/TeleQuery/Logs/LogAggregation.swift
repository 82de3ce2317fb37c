import TeleModel
import TeleQL

/// Aggregations over series: step by step, grouped by labels.
enum LogAggregation {
    static func groupLabels(_ labels: [LokiMapping.Pair], _ grouping: LogQLGrouping?) -> [LokiMapping.Pair] {
        guard let grouping else { return [] }
        return labels.filter { grouping.labels.contains($0.name) != grouping.isWithout }
    }

    static func run(
        _ operation: LogQLVectorOperation, _ parameter: Int?, _ grouping: LogQLGrouping?, _ series: [LogSeries],
        _ count: Int
    ) -> [LogSeries] {
        switch operation {
        case .sort, .sortDescending:
            // Ordered by the last value: what an instant query shows.
            let isDown = operation == .sortDescending
            return series.sorted { a, b in
                let (x, y) = ((a.values.last ?? nil) ?? .nan, (b.values.last ?? nil) ?? .nan)
                return isDown ? x > y : x < y
            }
        default: break
        }
        var order: [String] = []
        var groups: [String: (labels: [LokiMapping.Pair], members: [LogSeries])] = [:]
        for one in series {
            let labels = groupLabels(one.labels, grouping)
            let key = LogStreams.key(labels)
            if groups[key] == nil { order.append(key) }
            groups[key, default: (labels, [])].members.append(one)
        }
        var out: [LogSeries] = []
        for key in order.sorted() {
            guard let group = groups[key] else { continue }
            if operation.needsParameter {
                out += ranked(group.members, parameter ?? 1, isTop: operation != .bottomk, count)
                continue
            }
            let values: [Double?] = (0..<count).map { step in
                let present = group.members.compactMap { $0.values[step] }
                return present.isEmpty ? nil : combined(operation, present)
            }
            out.append(LogSeries(labels: group.labels, values: values))
        }
        return out
    }

    private static func combined(_ operation: LogQLVectorOperation, _ values: [Double]) -> Double {
        switch operation {
        case .sum: values.reduce(0, +)
        case .avg: values.reduce(0, +) / Double(values.count)
        case .min: values.dropFirst().reduce(values[0]) { $1 < $0 || $0.isNaN ? $1 : $0 }
        case .max: values.dropFirst().reduce(values[0]) { $1 > $0 || $0.isNaN ? $1 : $0 }
        case .count: Double(values.count)
        case .stdvar: LogWindow.variance(values[...])
        case .stddev: LogWindow.variance(values[...]).squareRoot()
        case .topk, .bottomk, .approximateTopk, .sort, .sortDescending: values.first ?? .nan
        }
    }

    private static func ranked(_ members: [LogSeries], _ k: Int, isTop: Bool, _ count: Int) -> [LogSeries] {
        var out = members.map { LogSeries(labels: $0.labels, values: Array(repeating: nil, count: count)) }
        for step in 0..<count {
            let present = members.indices.filter { members[$0].values[step] != nil }
            let sorted = present.sorted { a, b in
                let (x, y) = (members[a].values[step] ?? .nan, members[b].values[step] ?? .nan)
                if y.isNaN { return !x.isNaN }
                return isTop ? x > y : x < y
            }
            for at in sorted.prefix(k) { out[at].values[step] = members[at].values[step] }
        }
        return out.filter { $0.values.contains { $0 != nil } }
    }
}
