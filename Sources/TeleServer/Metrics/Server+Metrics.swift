internal import HTTPTypes
internal import TeleAPI
internal import TeleEngine
internal import TeleModel

/// `/metrics`: what an operator needs to know of this process.
extension Server {
    var metricsPage: APIResponse {
        APIResponse(.ok, contentType: OwnMetrics.contentType, body: Array(ownMetrics.text.utf8))
    }

    var ownMetrics: OwnMetrics {
        var out = OwnMetrics()
        out.family("teled_build_info", .gauge, "The running release.")
        out.sample([("version", TeleVersion.text)], 1)
        out.gauge("teled_ready", "1 when requests are served.", state.notReadyReason == nil ? 1 : 0)
        ingestMetrics(&out)
        queryMetrics(&out)
        configurationMetrics(&out)
        ruleMetrics(&out)
        alertMetrics(&out)
        let facts = state.openEngine?.facts()
        memoryMetrics(facts, &out)
        processMetrics(&out)
        if let facts { Server.storageMetrics(facts, &out) }
        return out
    }

    private func ingestMetrics(_ out: inout OwnMetrics) {
        typealias Pick<From> = (From) -> Counter
        let entrances: [(String, String, Pick<ServerMetrics.Entrance>)] = [
            ("requests", "Requests that were stored, in whole or in part.", { $0.requests }),
            ("records", "Log records, spans and samples that were stored.", { $0.records }),
        ]
        for (name, help, pick) in entrances {
            out.family("teled_ingest_\(name)_total", .counter, help)
            for door in Door.allCases {
                for signal in door.signals {
                    out.sample(
                        [("signal", signal.name), ("protocol", door.name)], pick(metrics.entrance(signal, door)).value)
                }
            }
        }
        let families: [(String, String, Pick<ServerMetrics.Ingest>)] = [
            ("rejected", "Records of accepted requests that were dropped.", { $0.rejected }),
            ("bytes", "Bytes of accepted bodies as they arrived.", { $0.bytes }),
            ("decoded_bytes", "Bytes of bodies after decompression.", { $0.decodedBytes }),
        ]
        for (name, help, pick) in families {
            out.family("teled_ingest_\(name)_total", .counter, help)
            for signal in Signal.allCases { out.sample([("signal", signal.name)], pick(metrics.ingest(signal)).value) }
        }
        out.family("teled_ingest_duration_seconds", .histogram, "From a request's head to its answer, where stored.")
        for signal in Signal.allCases {
            out.histogram([("signal", signal.name)], metrics.ingest(signal).durations)
        }
        out.family("teled_ingest_refused_total", .counter, "Requests refused as a whole.")
        for (reason, count) in metrics.refusalCounts { out.sample([("reason", reason.rawValue)], count) }
        out.gauge("teled_ingest_waiting", "Requests that wait for room to be decoded.", gate.waiting)
    }

    private func queryMetrics(_ out: inout OwnMetrics) {
        let queries = metrics.queries
        out.family("teled_queries_total", .counter, "Queries that were answered.")
        for api in QueryMetrics.API.allCases { out.sample([("api", api.rawValue)], queries.answered(api)) }
        for (name, help, counter) in [
            ("failed", "Queries answered 500 and above.", queries.failed),
            ("refused", "Queries refused because too many ran and waited.", queries.refused),
            ("cancelled", "Queries whose client went away.", queries.cancelled),
            ("over_budget", "Queries that passed query.max_rows or query.max_bytes.", queries.overBudget),
            ("timed_out", "Queries that passed query.timeout.", queries.outOfTime),
        ] {
            out.counter("teled_queries_\(name)_total", help, counter.value)
        }
        out.counter("teled_query_rows_total", "Rows and samples that queries looked at.", queries.rows.value)
        out.gauge("teled_queries_in_flight", "Queries that run or wait.", runner.inFlight)
        out.family("teled_query_duration_seconds", .histogram, "Waiting and running time of queries.")
        out.histogram([], queries.durations)
    }

    private func configurationMetrics(_ out: inout OwnMetrics) {
        out.counter("teled_config_reloads_total", "Configurations taken over by SIGHUP.", metrics.reloads.value)
        out.counter(
            "teled_config_reload_failures_total", "Configurations refused at SIGHUP.", metrics.reloadFailures.value)
        let reload = metrics.lastReload
        out.gauge("teled_config_last_reload_successful", "1 unless the last one failed.", reload.hasSucceeded ? 1 : 0)
        out.gauge(
            "teled_config_last_reload_success_timestamp_seconds", "When the configuration in force was taken over.",
            Double(reload.time) / 1000)
        out.counter(
            "teled_self_metrics_failures_total", "Rounds of these metrics that could not be stored.",
            metrics.selfMetricsFailures.value)
    }

    private func memoryMetrics(_ facts: EngineFacts?, _ out: inout OwnMetrics) {
        let configuration = state.configuration
        out.gauge("teled_memory_limit_bytes", "The configured memory.", configuration.memory)
        out.family("teled_memory_used_bytes", .gauge, "What is held of the configured memory, by its holders.")
        for (holder, bytes) in [
            ("request_bodies", admission.inFlight), ("decoding", gate.held), ("queries", metrics.queries.heldBytes),
            ("heads", (facts?.storage ?? []).reduce(0) { $0 + $1.headBytes }),
        ] {
            out.sample([("holder", holder)], bytes)
        }
        out.family("teled_memory_share_bytes", .gauge, "What the holders may take of it together with their likes.")
        for (holder, bytes) in [
            ("request_bodies", admission.capacity), ("decoding", gate.capacity), ("heads", configuration.memory / 2),
            ("queries", runner.memory.capacity),
        ] {
            out.sample([("holder", holder)], bytes)
        }
    }

    private func processMetrics(_ out: inout OwnMetrics) {
        out.gauge("process_resident_memory_bytes", "Resident memory.", ProcessFacts.residentBytes)
        out.gauge("process_virtual_memory_bytes", "Mapped memory.", ProcessFacts.virtualBytes)
        out.counter("process_cpu_seconds_total", "User and system CPU time.", ProcessFacts.cpuSeconds)
        out.gauge("process_open_fds", "Open file descriptors.", ProcessFacts.openFiles)
        out.gauge("process_max_fds", "Most file descriptors that may be open.", ProcessFacts.mostFiles)
        out.gauge("process_start_time_seconds", "Start of the process, unix time.", Double(metrics.started) / 1e9)
    }

    private static func storageMetrics(_ facts: EngineFacts, _ out: inout OwnMetrics) {
        let families: [(String, String, (TeleStatus.Storage) -> Int)] = [
            ("teled_head_rows", "Rows or samples not yet sealed.", { $0.headRows }),
            ("teled_head_bytes", "Memory of the head.", { $0.headBytes }),
            ("teled_segments", "Segment files.", { $0.segments }),
            ("teled_segment_rows", "Rows or samples in segments.", { $0.segmentRows }),
            ("teled_segment_bytes", "Bytes of segments on disk.", { $0.segmentBytes }),
        ]
        for (name, help, pick) in families {
            out.family(name, .gauge, help)
            for storage in facts.storage { out.sample([("signal", storage.signal)], pick(storage)) }
        }
        for (samples, kind) in [(facts.counters, OwnMetrics.Kind.counter), (facts.gauges, .gauge)] {
            var last = ""
            for sample in samples {
                if sample.name != last { out.family(sample.name, kind, sample.help) }
                last = sample.name
                out.sample(sample.labels, sample.value)
            }
        }
        for histogram in facts.histograms {
            out.family(histogram.name, .histogram, histogram.help)
            out.histogram([], bounds: histogram.bounds, cumulative: histogram.cumulative, sum: histogram.sum)
        }
    }
}
