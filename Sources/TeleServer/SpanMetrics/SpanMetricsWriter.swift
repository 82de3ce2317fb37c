import TeleModel

/// Writes the tables of ``SpanMetricsState`` as cumulative samples of one time.
struct SpanMetricsWriter {
    private(set) var batch = SampleBatch()
    private let names: [[UInt8]]
    private let now: Int64
    private let idle: Int64

    init(names: [[UInt8]], now: Int64, idle: Int64) {
        self.names = names
        self.now = now
        self.idle = idle
    }

    static let requests = "traces_service_graph_request_total"
    static let failedRequests = "traces_service_graph_request_failed_total"
    /// Written every time: it tells when spans were counted at all.
    static let droppedSpans = "traces_service_graph_dropped_spans_total"

    private static let kinds = [
        "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER",
        "SPAN_KIND_CONSUMER", "SPAN_KIND_OTHER",
    ].map { Array($0.utf8) }
    private static let states = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR", "STATUS_CODE_OTHER"]
        .map { Array($0.utf8) }

    mutating func write(_ table: OperationTable) {
        describe("traces_spanmetrics_calls_total", .counter, "spans by operation")
        describe("traces_spanmetrics_latency", .histogram, "duration of spans by operation, seconds", unit: "seconds")
        for (number, series) in table.series.enumerated() where now - series.lastSeen <= idle {
            let labels = Labels(tail: [
                ("service", names[Int(series.service)]), ("span_kind", Self.kinds[Int(series.kind)]),
                ("span_name", names[Int(series.name)]), ("status_code", Self.states[Int(series.status)]),
            ])
            let count = histogram(
                "traces_spanmetrics_latency", labels, table.latency, number, since: series.since, isNew: series.isNew)
            counter("traces_spanmetrics_calls_total", labels, count, since: series.since, isNew: series.isNew)
        }
    }

    mutating func write(_ table: EdgeTable) {
        let prefix = "traces_service_graph_request"
        describe(Self.requests, .counter, "requests between two services")
        describe(Self.failedRequests, .counter, "failed requests between two services")
        describe("\(prefix)_server_seconds", .histogram, "duration as the server saw it", unit: "seconds")
        describe("\(prefix)_client_seconds", .histogram, "duration as the client saw it", unit: "seconds")
        for (number, edge) in table.edges.enumerated() where now - edge.lastSeen <= idle {
            let labels = Labels(
                head: [
                    ("client", names[Int(edge.client)]), ("connection_type", Array(edge.connection.label.utf8)),
                ], tail: [("server", names[Int(edge.server)])])
            counter(Self.requests, labels, edge.total, since: edge.since, isNew: edge.isNew)
            if edge.failed > 0 || !edge.isNew {
                counter(Self.failedRequests, labels, edge.failed, since: edge.since, isNew: edge.isNew)
            }
            _ = histogram(
                "\(prefix)_server_seconds", labels, table.serverLatency, number, since: edge.since, isNew: edge.isNew)
            _ = histogram(
                "\(prefix)_client_seconds", labels, table.clientLatency, number, since: edge.since, isNew: edge.isNew)
        }
    }

    /// `since`: when the first span was counted, unix milliseconds.
    mutating func write(
        unpairedClients: UInt64, unpairedServers: UInt64, dropped: UInt64, since: Int64, isNew: Bool
    ) {
        let unpaired = "traces_service_graph_unpaired_spans_total"
        describe(unpaired, .counter, "spans whose other half never came")
        describe(Self.droppedSpans, .counter, "spans that found no room to wait for a half")
        for (side, value) in [("client", unpairedClients), ("server", unpairedServers)] {
            counter(unpaired, Labels(tail: [("side", Array(side.utf8))]), value, since: since, isNew: isNew)
        }
        counter(Self.droppedSpans, Labels(), dropped, since: since, isNew: isNew)
    }

    /// Labels in canonical order around the place of `le`.
    private struct Labels {
        var head: [(String, [UInt8])] = []
        var tail: [(String, [UInt8])] = []
    }

    /// A series' first sample would be lost on rate(): a zero where it began comes before it.
    private mutating func counter(_ name: String, _ labels: Labels, _ value: UInt64, since: Int64, isNew: Bool) {
        sample(series(name, labels, le: nil), Double(value), since: since, isNew: isNew)
    }

    /// Bucket, sum and count series; the count.
    private mutating func histogram(
        _ name: String, _ labels: Labels, _ table: LatencyTable, _ number: Int, since: Int64, isNew: Bool
    ) -> UInt64 {
        var total: UInt64 = 0
        let counts = table.counts(number)
        guard counts.contains(where: { $0 > 0 }) else { return 0 }
        let slowest = table.slowest[number]
        let slowestBucket = LatencyBuckets.index(slowest.duration)
        for (index, count) in counts.enumerated() {
            total &+= count
            let bucket = series("\(name)_bucket", labels, le: LatencyBuckets.bounds[index])
            sample(bucket, Double(total), since: since, isNew: isNew)
            if index == slowestBucket, slowest.time > 0 { exemplar(bucket, slowest) }
        }
        sample(series("\(name)_sum", labels, le: nil), Double(table.sums[number]) / 1e9, since: since, isNew: isNew)
        sample(series("\(name)_count", labels, le: nil), Double(total), since: since, isNew: isNew)
        return total
    }

    private mutating func sample(_ series: UInt32, _ value: Double, since: Int64, isNew: Bool) {
        if isNew, since < now { append(series, 0, at: since, since: since) }
        append(series, value, at: now, since: since)
    }

    private mutating func append(_ series: UInt32, _ value: Double, at time: Int64, since: Int64) {
        batch.series.append(series)
        batch.time.append(time)
        batch.value.append(value)
        batch.started.append(since)
    }

    private mutating func exemplar(_ series: UInt32, _ exemplar: LatencyTable.Exemplar) {
        let labels = LabelSet([
            ("trace_id", TraceID(high: exemplar.traceHigh, low: exemplar.traceLow).hex),
            ("span_id", SpanID(exemplar.span).hex),
        ])
        batch.exemplarSeries.append(series)
        batch.exemplarTime.append(min(Int64(clamping: exemplar.time / 1_000_000), now))
        batch.exemplarValue.append(Double(exemplar.duration) / 1e9)
        batch.exemplarLabels.append(batch.heap.append(labels.bytes))
    }

    private mutating func series(_ name: String, _ labels: Labels, le: String?) -> UInt32 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(192)
        Self.append("__name__", Array(name.utf8), to: &bytes)
        for (name, value) in labels.head { Self.append(name, value, to: &bytes) }
        if let le { Self.append("le", Array(le.utf8), to: &bytes) }
        for (name, value) in labels.tail { Self.append(name, value, to: &bytes) }
        let number = UInt32(batch.seriesLabels.count)
        batch.seriesHash.append(Hash64.of(bytes))
        batch.seriesLabels.append(batch.heap.append(bytes))
        return number
    }

    private static func append(_ name: String, _ value: [UInt8], to bytes: inout [UInt8]) {
        guard !value.isEmpty else { return }
        LabelSet.appendLabel(Array(name.utf8).span, value.span, to: &bytes)
    }

    private mutating func describe(_ name: String, _ type: MetricType, _ help: String, unit: String = "") {
        batch.metadataName.append(batch.heap.append(name))
        batch.metadataType.append(type.rawValue)
        batch.metadataUnit.append(batch.heap.append(unit))
        batch.metadataHelp.append(batch.heap.append(help))
    }
}
