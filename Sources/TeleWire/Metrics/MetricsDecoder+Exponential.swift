import TeleModel

/// Exponential histograms become native ones.
extension MetricsDecoder {
    private struct Side {
        var offset: Int32 = 0
        var counts: [UInt64] = []

        mutating func read(_ reader: inout ProtobufReader) throws(WireError) {
            while !reader.isAtEnd {
                let tag = try reader.tag()
                switch tag {
                case 0x08: offset = try reader.sint32()
                case 0x10: counts.append(try reader.varint())
                case 0x12:
                    var packed = try reader.message()
                    while !packed.isAtEnd { counts.append(try packed.varint()) }
                default: try reader.skip(tag)
                }
            }
        }

        /// OTLP's bucket `i` lies above `base^i`, Prometheus' below: one apart.
        var sparse: ExponentialSide {
            var out = ExponentialSide()
            for (i, count) in counts.enumerated() where count != 0 {
                out.indexes.append(Int(offset) + i + 1)
                out.counts.append(Double(count))
            }
            return out
        }
    }

    mutating func exponentialPoint(
        _ reader: inout ProtobufReader, _ header: MetricHeader, _ metric: UInt32
    ) throws(WireError) {
        let whole = reader.at..<reader.end
        var head = PointHead(metric: metric)
        var (count, zeroCount, sum, zeroThreshold) = (UInt64(0), UInt64(0), 0.0, 0.0)
        var scale: Int32 = 0
        var (positive, negative) = (Side(), Side())
        var exemplars = false
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            switch tag {
            case 0x0A:
                _ = try reader.range()
                head.attributes.take(at..<reader.at)
            case 0x11: head.start = try reader.fixed64()
            case 0x19: head.time = try reader.fixed64()
            case 0x21: count = try reader.fixed64()
            case 0x29: sum = try reader.double()
            case 0x30: scale = try reader.sint32()
            case 0x39: zeroCount = try reader.fixed64()
            case 0x42:
                var side = try reader.message()
                try positive.read(&side)
            case 0x4A:
                var side = try reader.message()
                try negative.read(&side)
            case 0x50: head.flags = try reader.uint32()
            case 0x5A:
                _ = try reader.range()
                exemplars = true
            case 0x71: zeroThreshold = try reader.double()
            default: try reader.skip(tag)
            }
        }
        if positive.counts.count + negative.counts.count > Limits.bucketsPerHistogram { core.note(.bucketCount) }
        if scale < ExponentialPoint.scales.lowerBound { core.note(.buckets) }
        guard core.issue == nil else { return }
        var point = ExponentialPoint(
            scale: min(scale, ExponentialPoint.scales.upperBound),
            zeroThreshold: zeroThreshold > 0 ? zeroThreshold : ExponentialPoint.defaultZeroThreshold,
            zeroCount: Double(zeroCount), count: Double(count), sum: sum, positive: positive.sparse,
            negative: negative.sparse)
        let steps = Int(scale) - Int(point.scale)
        if steps > 0 {
            point.positive.scaleDown(by: steps)
            point.negative.scaleDown(by: steps)
        }
        let series: UInt32?
        if head.attributes.isScattered {
            let bytes = try AttributeRun.gather(0x0A, reader.reader(whole))
            series = try exponential(
                &head, point, isDelta: header.temporality == 1, bytes.span.bytes, 0..<bytes.count)
        } else {
            series = try exponential(
                &head, point, isDelta: header.temporality == 1, reader.bytes, head.attributes.range)
        }
        if exemplars, let series { try self.exemplars(0x5A, reader.reader(whole), buckets: [(.infinity, series)]) }
    }

    private mutating func exponential(
        _ head: inout PointHead, _ sent: ExponentialPoint, isDelta: Bool, _ bytes: RawSpan, _ range: Range<Int>
    ) throws(WireError) -> UInt32? {
        check(head)
        guard core.issue == nil, let series = try series(&head, .plain, 0, bytes, range) else { return nil }
        guard sent.native() != nil else {
            core.note(.buckets)
            return nil
        }
        var (point, started) = (sent, head.startMilliseconds)
        if isDelta, !head.hasNoValue {
            guard let total = total(series, head, values: [], exponential: sent) else { return nil }
            point = total.exponential ?? sent
            started = Int64(total.started / 1_000_000)
        }
        guard var native = point.native() else {
            core.note(.buckets)
            return nil
        }
        if head.hasNoValue {
            native = NativeHistogram()
            native.sum = SampleBatch.staleMarker
        }
        var encoded: [UInt8] = []
        native.encode(into: &encoded)
        let index = cache.index(series, in: &batch)
        batch.histogramSeries.append(index)
        batch.histogramTime.append(head.milliseconds)
        batch.histogramStarted.append(started)
        batch.histogram.append(batch.heap.append(encoded.span))
        touchTarget(metric: head.metric, time: head.milliseconds)
        return index
    }
}
