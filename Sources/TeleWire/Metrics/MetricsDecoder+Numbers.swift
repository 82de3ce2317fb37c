import TeleModel

/// Gauges, sums and summaries.
extension MetricsDecoder {
    @inline(__always)
    mutating func numberPoint(
        _ reader: inout ProtobufReader, _ header: MetricHeader, _ metric: UInt32
    ) throws(WireError) {
        let whole = reader.at..<reader.end
        var head = PointHead(metric: metric)
        var value: Double?
        var exemplars = false
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            switch tag {
            case 0x11: head.start = try reader.fixed64()
            case 0x19: head.time = try reader.fixed64()
            case 0x21: value = try reader.double()
            case 0x31: value = Double(Int64(bitPattern: try reader.fixed64()))
            case 0x3A:
                _ = try reader.range()
                head.attributes.take(at..<reader.at)
            case 0x2A:
                _ = try reader.range()
                exemplars = true
            case 0x40: head.flags = try reader.uint32()
            default: try reader.skip(tag)
            }
        }
        if value == nil, !head.hasNoValue { core.note(.metricKind) }
        let isDelta = (header.kind == .counter || header.kind == .upDownCounter) && header.temporality == 1
        let series: UInt32?
        if head.attributes.isScattered {
            let bytes = try AttributeRun.gather(0x3A, reader.reader(whole))
            series = try number(&head, value ?? 0, isDelta, bytes.span.bytes, 0..<bytes.count)
        } else {
            series = try number(&head, value ?? 0, isDelta, reader.bytes, head.attributes.range)
        }
        guard let series else { return }
        if exemplars { try self.exemplars(0x2A, reader.reader(whole), buckets: [(.infinity, series)]) }
    }

    @inline(__always)
    private mutating func number(
        _ head: inout PointHead, _ value: Double, _ isDelta: Bool, _ bytes: RawSpan, _ range: Range<Int>
    ) throws(WireError) -> UInt32? {
        check(head)
        guard core.issue == nil, let series = try series(&head, .plain, 0, bytes, range) else { return nil }
        var (value, started) = (value, head.startMilliseconds)
        if isDelta, !head.hasNoValue {
            guard let total = total(series, head, values: [value]) else { return nil }
            value = total.values[0]
            started = Int64(total.started / 1_000_000)
        }
        let index = cache.index(series, in: &batch)
        append(index, head, started: started, value)
        touchTarget(metric: head.metric, time: head.milliseconds)
        return index
    }

    /// The running total of a delta series after this point; nil where it is refused.
    func deltaResult(
        _ series: UInt32, _ head: PointHead, values: [Double], bounds: [Double], exponential: ExponentialPoint?
    ) -> Result<DeltaAccumulator.Total, DeltaAccumulator.Refusal> {
        deltas.add(
            cache.labelSet(series), start: head.start, time: head.time, values: values, bounds: bounds,
            exponential: exponential)
    }

    mutating func total(
        _ series: UInt32, _ head: PointHead, values: [Double], bounds: [Double] = [],
        exponential: ExponentialPoint? = nil
    ) -> DeltaAccumulator.Total? {
        switch deltaResult(series, head, values: values, bounds: bounds, exponential: exponential) {
        case .success(let total): return total
        case .failure(.full):
            core.note(.deltaRoom)
            return nil
        case .failure(.order):
            core.note(.deltaOrder)
            return nil
        }
    }

    mutating func summaryPoint(_ reader: inout ProtobufReader, _ metric: UInt32) throws(WireError) {
        let whole = reader.at..<reader.end
        var head = PointHead(metric: metric)
        var (count, sum) = (UInt64(0), 0.0)
        var quantiles: [(quantile: Double, value: Double)] = []
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            switch tag {
            case 0x11: head.start = try reader.fixed64()
            case 0x19: head.time = try reader.fixed64()
            case 0x21: count = try reader.fixed64()
            case 0x29: sum = try reader.double()
            case 0x32:
                var item = try reader.message()
                quantiles.append(try MetricsDecoder.quantile(&item))
            case 0x3A:
                _ = try reader.range()
                head.attributes.take(at..<reader.at)
            case 0x40: head.flags = try reader.uint32()
            default: try reader.skip(tag)
            }
        }
        if quantiles.count > Limits.bucketsPerHistogram { core.note(.bucketCount) }
        let bytes =
            head.attributes.isScattered ? try AttributeRun.gather(0x3A, reader.reader(whole)) : []
        if head.attributes.isScattered {
            try summary(&head, Double(count), sum, quantiles, bytes.span.bytes, 0..<bytes.count)
        } else {
            try summary(&head, Double(count), sum, quantiles, reader.bytes, head.attributes.range)
        }
    }

    private mutating func summary(
        _ head: inout PointHead, _ count: Double, _ sum: Double, _ quantiles: [(quantile: Double, value: Double)],
        _ bytes: RawSpan, _ range: Range<Int>
    ) throws(WireError) {
        check(head)
        guard core.issue == nil, let sumSeries = try index(&head, .sum, 0, bytes, range),
            let countSeries = try index(&head, .count, 0, bytes, range)
        else { return }
        var places: [UInt32] = []
        for (quantile, _) in quantiles {
            guard let series = try index(&head, .quantile, quantile.bitPattern, bytes, range) else { return }
            places.append(series)
        }
        let started = head.startMilliseconds
        append(sumSeries, head, started: started, sum)
        append(countSeries, head, started: started, count)
        for (series, (_, value)) in zip(places, quantiles) { append(series, head, started: started, value) }
        touchTarget(metric: head.metric, time: head.milliseconds)
    }

    private static func quantile(
        _ reader: inout ProtobufReader
    ) throws(WireError) -> (quantile: Double, value: Double) {
        var out = (quantile: 0.0, value: 0.0)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x09: out.quantile = try reader.double()
            case 0x11: out.value = try reader.double()
            default: try reader.skip(tag)
            }
        }
        return out
    }
}
