internal import TeleAPI
internal import TeleEngine

/// What a query cost, where `stats` asks for it. Samples are those that were read: how many were looked at a step is
/// not known, since windows slide instead of starting over.
struct PrometheusStatistics: Sendable {
    /// Samples that were read.
    var samples: Int
    /// Seconds.
    var parsing: Double
    var evaluating: Double

    func write(_ w: inout JSONWriter) {
        w.key("stats")
        w.beginObject()
        w.key("timings")
        w.beginObject()
        for (name, seconds) in [
            ("evalTotalTime", parsing + evaluating), ("resultSortTime", 0), ("queryPreparationTime", parsing),
            ("innerEvalTime", evaluating), ("execQueueTime", 0), ("execTotalTime", parsing + evaluating),
        ] {
            w.key(name)
            w.double(seconds)
        }
        w.endObject()
        w.key("samples")
        w.beginObject()
        w.key("totalQueryableSamples")
        w.int(samples)
        w.key("peakSamples")
        w.int(samples)
        w.endObject()
        w.endObject()
    }
}
