import TeleModel

/// Exemplars: of a histogram they go to the bucket that their value falls into.
extension MetricsDecoder {
    /// OpenMetrics' bound for an exemplar's labels; beyond, only the ids are kept (as in Prometheus).
    private static let exemplarCharacters = 128

    /// The exemplars (fields with this tag) of a point that was taken. `buckets` are upper bounds, ascending, and their
    /// series. What is wrong with one exemplar costs that exemplar only.
    @inline(never)
    mutating func exemplars(
        _ tag: UInt32, _ point: consuming ProtobufReader, buckets: [(bound: Double, series: UInt32)]
    ) throws(WireError) {
        while !point.isAtEnd {
            let found = try point.tag()
            guard found == tag else {
                try point.skip(found)
                continue
            }
            var message = try point.message()
            try exemplar(&message, buckets)
        }
    }

    private mutating func exemplar(
        _ reader: inout ProtobufReader, _ buckets: [(bound: Double, series: UInt32)]
    ) throws(WireError) {
        var time: UInt64 = 0
        var value: Double?
        var (traceID, spanID) = (0..<0, 0..<0)
        var run = AttributeRun()
        let whole = reader.at..<reader.end
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            switch tag {
            case 0x11: time = try reader.fixed64()
            case 0x19: value = try reader.double()
            case 0x31: value = Double(Int64(bitPattern: try reader.fixed64()))
            case 0x22: spanID = try reader.range()
            case 0x2A: traceID = try reader.range()
            case 0x3A:
                _ = try reader.range()
                run.take(at..<reader.at)
            default: try reader.skip(tag)
            }
        }
        guard let value, run.count <= Limits.labelsPerSeries else { return }
        let bytes = try AttributeRun.gather(0x3A, reader.reader(whole))
        let filtered = try attributes(bytes.span.bytes, 0..<bytes.count)
        let trace = core.optionalTraceID(reader.bytes, traceID)
        let span = core.optionalSpanID(reader.bytes, spanID, else: .spanIDLength)
        guard core.issue == nil else {
            core.issue = nil
            return
        }
        var ids: [(name: String, value: String)] = []
        if trace.high | trace.low != 0 { ids.append(("trace_id", TraceID(high: trace.high, low: trace.low).hex)) }
        if span != 0 { ids.append(("span_id", SpanID(span).hex)) }
        let own = filtered.map { (name: $0.key, value: $0.value) }
        let characters = (own + ids).reduce(0) {
            $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count
        }
        let labels = LabelSet(characters <= MetricsDecoder.exemplarCharacters ? own + ids : ids)
        guard let place = buckets.first(where: { value <= $0.bound }) ?? buckets.last else { return }
        batch.exemplarSeries.append(place.series)
        batch.exemplarTime.append(Int64(time / 1_000_000))
        batch.exemplarValue.append(value)
        batch.exemplarLabels.append(batch.heap.append(labels.bytes.span))
    }
}
