package import TeleModel

extension OwnMetrics {
    /// The families as samples of one time (unix milliseconds), as a scrape of this process would store them.
    package func batch(time: Int64, job: String, instance: String) -> SampleBatch {
        var batch = SampleBatch()
        for family in families where !family.samples.isEmpty {
            batch.metadataName.append(batch.heap.append(family.name))
            let type: MetricType =
                switch family.kind {
                case .counter: .counter
                case .gauge: .gauge
                case .histogram: .histogram
                }
            batch.metadataType.append(type.rawValue)
            batch.metadataHelp.append(batch.heap.append(family.help))
            batch.metadataUnit.append(batch.heap.append(""))
            for sample in family.samples {
                let labels = LabelSet(
                    [("__name__", family.name + sample.suffix), ("job", job), ("instance", instance)] + sample.labels)
                batch.series.append(UInt32(batch.seriesLabels.count))
                batch.seriesLabels.append(batch.heap.append(labels.bytes))
                batch.seriesHash.append(labels.fingerprint)
                batch.time.append(time)
                batch.value.append(sample.value)
                batch.started.append(0)
            }
        }
        return batch
    }
}
