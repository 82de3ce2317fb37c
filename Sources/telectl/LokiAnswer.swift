import TeleTerm

/// One line of an answer with what is known of it.
struct LogEntry: Hashable {
    /// Unix nanoseconds.
    var time: UInt64
    var line: String
    /// The stream's labels.
    var labels: [String: String]
    var metadata: [String: String]

    var service: String { labels["service_name"] ?? metadata["service_name"] ?? "" }
    var traceID: String { metadata["trace_id"] ?? labels["trace_id"] ?? "" }

    var level: LogLevel {
        if let number = metadata["severity_number"].flatMap({ Int($0) }) { return LogLevel(severityNumber: number) }
        return LogLevel(name: metadata["detected_level"] ?? labels["detected_level"] ?? labels["level"] ?? "")
    }
}

/// The answer of Loki's `query_range` for a log query, with categorised labels.
struct LokiAnswer: Decodable {
    var entries: [LogEntry] = []

    private struct Envelope: Decodable {
        struct Content: Decodable {
            var resultType: String
            var result: [Stream]
        }
        var data: Content
    }

    fileprivate struct Stream: Decodable {
        var stream: [String: String]
        var values: [Value]

        var entries: [LogEntry] {
            values.map { LogEntry(time: $0.time, line: $0.line, labels: stream, metadata: $0.metadata) }
        }
    }

    fileprivate struct Value: Decodable {
        struct Categories: Decodable {
            var structuredMetadata: [String: String]?
            var parsed: [String: String]?
        }
        var time: UInt64
        var line: String
        var metadata: [String: String] = [:]

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            time = UInt64(try list.decode(String.self)) ?? 0
            line = try list.decode(String.self)
            guard !list.isAtEnd else { return }
            let categories = try list.decode(Categories.self)
            metadata = (categories.structuredMetadata ?? [:]).merging(categories.parsed ?? [:]) { first, _ in first }
        }
    }

    init(from decoder: any Decoder) throws {
        entries = try Envelope(from: decoder).data.result.flatMap(\.entries)
    }
}

/// A message of Loki's `tail`, with categorised labels.
struct TailMessage: Decodable {
    var entries: [LogEntry]
    /// Lines that this client was too slow for.
    var dropped: Int

    private enum Key: String, CodingKey {
        case streams
        case dropped = "dropped_entries"
    }

    private struct Dropped: Decodable {}

    init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        entries = (try root.decodeIfPresent([LokiAnswer.Stream].self, forKey: .streams) ?? []).flatMap(\.entries)
        dropped = try root.decodeIfPresent([Dropped].self, forKey: .dropped)?.count ?? 0
    }
}
