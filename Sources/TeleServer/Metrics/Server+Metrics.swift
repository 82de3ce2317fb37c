internal import HTTPTypes
internal import TeleAPI
internal import TeleModel

/// `/metrics`: what an operator needs to know of this process.
extension Server {
    var metricsPage: APIResponse {
        var text = MetricsText()
        text.family("teled_build_info", .gauge, "The running release.")
        text.sample("teled_build_info", [("version", TeleVersion.text)], 1)
        text.gauge("teled_ready", "1 when requests are served.", state.notReadyReason == nil ? 1 : 0)
        ingestMetrics(&text)
        queryMetrics(&text)
        processMetrics(&text)
        if let facts = state.openEngine?.facts() { Server.storageMetrics(facts, &text) }
        return APIResponse(.ok, contentType: MetricsText.contentType, body: Array(text.text.utf8))
    }

    private func ingestMetrics(_ text: inout MetricsText) {
        typealias Pick = (ServerMetrics.Ingest) -> Counter
        let families: [(String, String, Pick)] = [
            ("teled_ingest_requests_total", "Requests that were stored.", { $0.requests }),
            ("teled_ingest_records_total", "Log records, spans and samples that were stored.", { $0.records }),
            ("teled_ingest_rejected_total", "Data of accepted requests that was rejected.", { $0.rejected }),
            ("teled_ingest_bytes_total", "Bytes of accepted bodies as they arrived.", { $0.bytes }),
            ("teled_ingest_decoded_bytes_total", "Bytes of bodies after decompression.", { $0.decodedBytes }),
        ]
        for (name, help, pick) in families {
            text.family(name, .counter, help)
            for signal in Signal.allCases {
                text.sample(name, [("signal", signal.name)], pick(metrics.ingest(signal)).value)
            }
        }
        let durations = "teled_ingest_duration_seconds"
        text.family(durations, .histogram, "From a request's head to its answer, stored requests only.")
        for signal in Signal.allCases {
            text.histogram(durations, [("signal", signal.name)], metrics.ingest(signal).durations)
        }
        text.family("teled_ingest_refused_total", .counter, "Requests refused as a whole.")
        for (reason, count) in metrics.refusalCounts {
            text.sample("teled_ingest_refused_total", [("reason", reason.rawValue)], count)
        }
        text.gauge("teled_ingest_bytes_in_flight", "Bytes of requests being worked on.", admission.inFlight)
        text.gauge("teled_ingest_bytes_in_flight_limit", "Bytes beyond which requests are refused.", admission.capacity)
        text.gauge("teled_ingest_decoding_bytes", "Bytes of unpacked bodies and batches.", gate.held)
        text.gauge("teled_ingest_decoding_bytes_limit", "Bytes beyond which requests wait.", gate.capacity)
        text.gauge("teled_ingest_waiting", "Requests that wait for room to be decoded.", gate.waiting)
    }

    private func queryMetrics(_ text: inout MetricsText) {
        text.counter("teled_queries_total", "Queries that were answered.", metrics.queriesFinished.value)
        text.counter("teled_queries_failed_total", "Queries answered 500 and above.", metrics.queriesFailed.value)
        text.counter("teled_queries_refused_total", "Queries refused for too many.", metrics.queriesRefused.value)
        text.counter(
            "teled_queries_cancelled_total", "Queries whose client went away.", metrics.queriesCancelled.value)
        text.gauge("teled_queries_in_flight", "Queries that run or wait.", runner.inFlight)
        text.family("teled_query_duration_seconds", .histogram, "Waiting and running time of queries.")
        text.histogram("teled_query_duration_seconds", [], metrics.queryDurations)
        text.counter("teled_config_reloads_total", "Configurations taken over by SIGHUP.", metrics.reloads.value)
        text.counter(
            "teled_config_reload_failures_total", "Configurations refused at SIGHUP.", metrics.reloadFailures.value)
    }

    private func processMetrics(_ text: inout MetricsText) {
        text.gauge("process_resident_memory_bytes", "Resident memory.", ProcessFacts.residentBytes)
        text.family("process_cpu_seconds_total", .counter, "User and system CPU time.")
        text.sample("process_cpu_seconds_total", [], ProcessFacts.cpuSeconds)
        text.gauge("process_open_fds", "Open file descriptors.", ProcessFacts.openFiles)
        text.gauge("process_start_time_seconds", "Start of the process, unix time.", Double(metrics.started) / 1e9)
        text.gauge("teled_memory_limit_bytes", "The configured memory.", state.configuration.memory)
    }

    private static func storageMetrics(_ facts: EngineFacts, _ text: inout MetricsText) {
        let families: [(String, String, (TeleStatus.Storage) -> Int)] = [
            ("teled_head_rows", "Rows or samples not yet sealed.", { $0.headRows }),
            ("teled_head_bytes", "Memory of the head.", { $0.headBytes }),
            ("teled_segments", "Segment files.", { $0.segments }),
            ("teled_segment_rows", "Rows or samples in segments.", { $0.segmentRows }),
            ("teled_segment_bytes", "Bytes of segments on disk.", { $0.segmentBytes }),
        ]
        for (name, help, pick) in families {
            text.family(name, .gauge, help)
            for storage in facts.storage { text.sample(name, [("signal", storage.signal)], pick(storage)) }
        }
        for (samples, kind) in [(facts.counters, MetricsText.Kind.counter), (facts.gauges, .gauge)] {
            var last = ""
            for sample in samples {
                if sample.name != last { text.family(sample.name, kind, sample.help) }
                last = sample.name
                text.sample(sample.name, sample.labels, sample.value)
            }
        }
    }
}
