/// The answer of Prometheus' `query` and `query_range`, every result type as rows.
struct PrometheusAnswer: Decodable {
    struct Row {
        /// As the series is written in PromQL; "" for a scalar.
        var name: String
        var labels: [String: String] = [:]
        /// Unix seconds, and the value as the server printed it.
        var points: [(time: Double, value: String)]
        /// Of native histograms: what each bucket counted.
        var buckets: [(time: Double, buckets: [Bucket])] = []
    }

    var rows: [Row]
    var warnings: [String]?
    var infos: [String]?

    private enum Key: String, CodingKey { case data, warnings, infos }
    private enum DataKey: String, CodingKey { case resultType, result }

    /// `[rule of the bounds, low, high, count]`.
    struct Bucket: Decodable {
        var low: Double
        var high: Double
        var count: Double

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            _ = try list.decode(Int.self)
            low = Double(try list.decode(String.self)) ?? .nan
            high = Double(try list.decode(String.self)) ?? .nan
            count = Double(try list.decode(String.self)) ?? 0
        }
    }

    private struct Point: Decodable {
        var time: Double
        var value: String
        var buckets: [Bucket] = []

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            time = try list.decode(Double.self)
            if let text = try? list.decode(String.self) {
                value = text
            } else {
                let histogram = try list.decode(Histogram.self)
                value = "count \(histogram.count) sum \(histogram.sum)"
                buckets = (histogram.buckets ?? []).filter { !$0.low.isNaN && !$0.high.isNaN }
            }
        }
    }

    private struct Histogram: Decodable {
        var count: String
        var sum: String
        var buckets: [Bucket]?
    }

    private struct Series: Decodable {
        var metric: [String: String]
        var value: Point?
        var values: [Point]?
        var histogram: Point?
        var histograms: [Point]?
    }

    init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        warnings = try root.decodeIfPresent([String].self, forKey: .warnings)
        infos = try root.decodeIfPresent([String].self, forKey: .infos)
        let data = try root.nestedContainer(keyedBy: DataKey.self, forKey: .data)
        switch try data.decode(String.self, forKey: .resultType) {
        case "scalar", "string":
            let point = try data.decode(Point.self, forKey: .result)
            rows = [Row(name: "", points: [(point.time, point.value)])]
        default:
            rows = try data.decode([Series].self, forKey: .result).map { series in
                let points =
                    [series.value, series.histogram].compactMap { $0 } + (series.values ?? [])
                    + (series.histograms ?? [])
                return Row(
                    name: PrometheusAnswer.name(series.metric), labels: series.metric,
                    points: points.map { ($0.time, $0.value) },
                    buckets: points.filter { !$0.buckets.isEmpty }.map { ($0.time, $0.buckets) })
            }
        }
    }

    private static func name(_ metric: [String: String]) -> String {
        let labels = metric.filter { $0.key != "__name__" }.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\($0.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" }
        let name = metric["__name__"] ?? ""
        return labels.isEmpty && !name.isEmpty ? name : "\(name){\(labels.joined(separator: ", "))}"
    }
}
