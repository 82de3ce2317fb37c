import Foundation
import TeleTerm

/// What `logs` shows beside lines: how many there are over time, and the shapes that they have.
struct LogOverview {
    let client: ServerClient
    let query: String
    let from: UInt64
    let to: UInt64

    private struct Counts: Decodable {
        struct Content: Decodable {
            struct Series: Decodable {
                var metric: [String: String]
                var values: [Point]
            }
            var result: [Series]
        }
        struct Point: Decodable {
            var time: Double
            var value: Double

            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                time = try list.decode(Double.self)
                value = Double(try list.decode(String.self)) ?? 0
            }
        }
        var data: Content
    }

    private struct Patterns: Decodable {
        struct Pattern: Decodable {
            var pattern: String
            var level: String?
            var samples: [[Int]]
        }
        var data: [Pattern]?
    }

    /// nil where the query has no lines to count: a metric query, or one whose lines have errors.
    func histogram(width: Int) async throws -> LogHistogram? {
        var out = LogHistogram(from: from, to: to, columns: LogHistogram.columns(width: width))
        // Whole milliseconds: what the step is written in.
        let step = max(1, (to - from) / UInt64(out.buckets.count) / 1_000_000) * 1_000_000
        let counted = "sum by (detected_level) (count_over_time(\(query) [\(step / 1_000_000)ms]))"
        let answer = try await client.get(
            "/loki/api/v1/query_range",
            [
                ("query", counted), ("start", "\(from + step)"), ("end", "\(to)"),
                ("step", "\(Double(step) / 1e9)"),
            ])
        guard answer.status == 200, let counts = try? JSONDecoder().decode(Counts.self, from: Data(answer.body)) else {
            return nil
        }
        for series in counts.data.result {
            let level = LogLevel(name: series.metric["detected_level"] ?? "")
            for point in series.values {
                // A point stands at the end of what it counts.
                let end = UInt64(max(0, point.time * 1e3)) * 1_000_000
                out.add(Int(clamping: Int64(point.value)), level, at: end > step / 2 ? end - step / 2 : 0)
            }
        }
        return out
    }

    func patterns() async throws -> LogPatternTable {
        let step = max(10, (to - from) / UInt64(LogPatternTable.steps) / 1_000_000_000)
        let (found, _) = try await client.value(
            Patterns.self, "/loki/api/v1/patterns",
            [("query", query), ("start", "\(from)"), ("end", "\(to)"), ("step", "\(step)s")])
        let first = from / 1_000_000_000
        return LogPatternTable(
            (found.data ?? []).map { pattern in
                var counts = Array(repeating: 0, count: LogPatternTable.steps)
                for sample in pattern.samples where sample.count == 2 {
                    let time = UInt64(max(0, sample[0]))
                    let index = time > first ? Int(clamping: (time - first) / step) : 0
                    counts[min(index, counts.count - 1)] += sample[1]
                }
                return .init(text: pattern.pattern, level: LogLevel(name: pattern.level ?? ""), counts: counts)
            })
    }
}
