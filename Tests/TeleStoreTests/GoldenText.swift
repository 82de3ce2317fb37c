import TeleEngine
import TeleModel

/// Records as lines that depend on nothing but what a record says.
enum GoldenText {
    private static func attributes(_ table: AttributeTable, _ owner: Int, _ core: BatchCore) -> String {
        table.entries(of: owner).map { entry in
            let value = table.value(at: entry)
            let text = value.kind.isRange ? core.heap.string(value.range) : "\(value.bits)"
            return "\(core.heap.string(core.keys[Int(table.keys[entry])]))=\(value.kind):\(text)"
        }.joined(separator: ",")
    }

    private static func origin(_ core: BatchCore, _ resource: UInt32, _ scope: UInt32) -> String {
        attributes(core.resources.attributes, Int(resource), core) + " "
            + core.heap.string(core.scopes.names[Int(scope)])
    }

    static func lines(_ batch: LogBatch) -> [String] {
        (0..<batch.count).map { row in
            let body = batch.bodyValue(row)
            return
                "log \(batch.time[row]) \(batch.observed[row]) \(origin(batch.core, batch.resource[row], batch.scope[row])) "
                + "\(batch.severity[row]) \(batch.core.heap.string(batch.severityText[row])) "
                + "\(body.kind):\(batch.core.heap.string(body.range)) "
                + "\(batch.traceHigh[row]) \(batch.traceLow[row]) \(batch.span[row]) \(batch.flags[row]) "
                + attributes(batch.attributes, row, batch.core)
        }
    }

    static func lines(_ batch: SpanBatch) -> [String] {
        (0..<batch.count).map { row in
            let events = batch.events.rows(of: row).map { event in
                "\(batch.events.time[event]) \(batch.core.heap.string(batch.events.name[event])) "
                    + attributes(batch.events.attributes, event, batch.core)
            }
            return "span \(batch.traceHigh[row]) \(batch.traceLow[row]) \(batch.span[row]) \(batch.parent[row]) "
                + "\(batch.start[row]) \(batch.end[row]) \(origin(batch.core, batch.resource[row], batch.scope[row])) "
                + "\(batch.core.heap.string(batch.name[row])) \(batch.kind[row]) \(batch.statusCode[row]) "
                + "\(batch.flags[row]) \(attributes(batch.attributes, row, batch.core)) \(events)"
        }
    }

    static func sample(_ series: String, _ time: Int64, _ value: Double) -> String {
        "sample \(series) \(time) \(value.bitPattern)"
    }

    /// All that a snapshot has.
    static func lines(_ snapshot: any EngineSnapshot) throws -> [String] {
        var out: [String] = []
        var logs = LogScan(time: 0..<UInt64.max)
        logs.columns = .all
        try snapshot.scanLogs(logs, budget: QueryBudget()) { batch throws(EngineError) in
            out += lines(batch)
            return true
        }
        var spans = SpanScan(time: 0..<UInt64.max)
        spans.columns = .all
        try snapshot.scanSpans(spans, budget: QueryBudget()) { batch throws(EngineError) in
            out += lines(batch)
            return true
        }
        let data = try snapshot.select(
            SeriesSelection(matchers: [try Matcher(name: "__name__", .equal, "m")], time: .min ... .max),
            budget: QueryBudget())
        for series in 0..<data.count {
            for i in data.offsets[series]..<data.offsets[series + 1] {
                out.append(sample("m i=\(data.labels[series]["i"] ?? "")", data.times[i], data.values[i]))
            }
        }
        return out
    }
}
