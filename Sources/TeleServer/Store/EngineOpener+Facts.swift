internal import TeleAPI
internal import TeleStore

/// What the store tells, in the server's words.
extension EngineOpener {
    static func facts(_ status: StoreStatus) -> EngineFacts {
        var facts = EngineFacts()
        for (name, part) in [("logs", status.logs), ("traces", status.spans), ("metrics", status.samples)] {
            var storage = TeleStatus.Storage(signal: name)
            storage.headRows = part.headRows
            storage.headBytes = part.headBytes
            storage.segments = part.segments
            storage.segmentRows = Int(clamping: part.segmentRows)
            storage.segmentBytes = Int(clamping: part.segmentBytes)
            facts.storage.append(storage)
        }
        facts.gauges = gauges(status)
        facts.counters = counters(status)
        var total = 0
        let cumulative = status.syncCounts.map { count in
            total += count
            return total
        }
        facts.histograms = [
            .init(
                name: "teled_wal_fsync_duration_seconds", help: "Time that syncs of the write-ahead log took.",
                bounds: StoreStatus.syncBounds, cumulative: cumulative, sum: Double(status.syncNanoseconds) / 1e9)
        ]
        facts.notices = notices(status)
        return facts
    }

    private static func gauges(_ status: StoreStatus) -> [EngineFacts.Sample] {
        let damage = ["logs", "traces", "metrics", "wal"].map { folder in
            let count = status.damage.count { $0.path == folder || $0.path.hasPrefix(folder + "/") }
            return EngineFacts.Sample(
                "teled_damaged_places", "Places on disk that can't be read.", [("folder", folder)], Double(count))
        }
        return damage + [
            .init("teled_wal_files", "Write-ahead log files.", [], Double(status.walFiles)),
            .init("teled_wal_bytes", "Bytes of the write-ahead log.", [], Double(status.walBytes)),
            .init("teled_wal_queued_bytes", "Bytes that wait for a commit.", [], Double(status.queuedBytes)),
            .init(
                "teled_block_cache_bytes", "Decoded parts of blocks that are kept for later queries.", [],
                Double(status.blockCache.bytes)),
            .init("teled_disk_full", "1 when ingest is refused for want of space.", [], status.isDiskFull ? 1 : 0),
            .init(
                "teled_wal_replayed_records", "Records replayed at the start.", [], Double(status.replayedRecords)),
            .init(
                "teled_wal_broken_places", "Damaged places found at the start.", [], Double(status.brokenWALPlaces)),
            .init(
                "teled_wal_torn_bytes", "Bytes at the log's end that the last crash tore, found at the start.", [],
                Double(status.tornWALBytes)),
        ]
    }

    private static func counters(_ status: StoreStatus) -> [EngineFacts.Sample] {
        [
            .init("teled_wal_commits_total", "Group commits.", [], Double(status.commits)),
            .init(
                "teled_wal_abandoned_files_total", "Log files given up after a failed write or sync.", [],
                Double(status.abandonedWALFiles)),
            .init("teled_seals_total", "Heads sealed into segments.", [], Double(status.seals)),
            .init(
                "teled_block_cache_requests_total", "Decoded parts of blocks that were asked for.",
                [("result", "hit")], Double(status.blockCache.hits)),
            .init(
                "teled_block_cache_requests_total", "Decoded parts of blocks that were asked for.",
                [("result", "miss")], Double(status.blockCache.misses)),
            .init("teled_compactions_total", "Merges of segments.", [], Double(status.compactions)),
            .init(
                "teled_segments_dropped_total", "Segments dropped by retention.", [], Double(status.droppedSegments)),
        ]
    }

    private static func notices(_ status: StoreStatus) -> [String] {
        var notices = status.damage.map { "damaged: \($0.path): \($0.part): \($0.message)" }
        if status.isDiskFull { notices.append("the data disk is full: ingest is refused, queries go on") }
        if let failure = status.upkeepFailure { notices.append("sealing or merging fails: \(failure)") }
        if status.brokenWALPlaces > 0 {
            notices.append("the write-ahead log had \(status.brokenWALPlaces) damaged places at the start")
        }
        return notices
    }
}
