import TeleModel

/// Histograms with explicit bounds: a series a bucket, the sum, the count.
extension MetricsDecoder {
    private struct Buckets {
        var count: UInt64 = 0
        var sum: Double?
        var counts: [Double] = []
        var bounds: [Double] = []

        /// As many counts as bounds and one more (or neither), bounds ascending.
        var isSound: Bool {
            if counts.isEmpty, bounds.isEmpty { return true }
            guard counts.count == bounds.count + 1 else { return false }
            for i in bounds.indices where bounds[i].isNaN || (i > 0 && bounds[i] <= bounds[i - 1]) { return false }
            return true
        }
    }

    mutating func histogramPoint(
        _ reader: inout ProtobufReader, _ header: MetricHeader, _ metric: UInt32
    ) throws(WireError) {
        let whole = reader.at..<reader.end
        var head = PointHead(metric: metric)
        var buckets = Buckets()
        var exemplars = false
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            switch tag {
            case 0x11: head.start = try reader.fixed64()
            case 0x19: head.time = try reader.fixed64()
            case 0x21: buckets.count = try reader.fixed64()
            case 0x29: buckets.sum = try reader.double()
            case 0x31: buckets.counts.append(Double(try reader.fixed64()))
            case 0x32:
                var packed = try reader.message()
                while !packed.isAtEnd { buckets.counts.append(Double(try packed.fixed64())) }
            case 0x39: buckets.bounds.append(try reader.double())
            case 0x3A:
                var packed = try reader.message()
                while !packed.isAtEnd { buckets.bounds.append(try packed.double()) }
            case 0x42:
                _ = try reader.range()
                exemplars = true
            case 0x4A:
                _ = try reader.range()
                head.attributes.take(at..<reader.at)
            case 0x50: head.flags = try reader.uint32()
            default: try reader.skip(tag)
            }
        }
        if buckets.counts.count > Limits.bucketsPerHistogram || buckets.bounds.count > Limits.bucketsPerHistogram {
            core.note(.bucketCount)
        }
        if !buckets.isSound { core.note(.buckets) }
        var places: [(bound: Double, series: UInt32)] = []
        if head.attributes.isScattered {
            let bytes = try AttributeRun.gather(0x4A, reader.reader(whole))
            places = try histogram(
                &head, buckets, isDelta: header.temporality == 1, bytes.span.bytes, 0..<bytes.count)
        } else {
            places = try histogram(
                &head, buckets, isDelta: header.temporality == 1, reader.bytes, head.attributes.range)
        }
        if exemplars, !places.isEmpty { try self.exemplars(0x42, reader.reader(whole), buckets: places) }
    }

    /// The series of the buckets by their upper bounds; empty where the point is refused.
    private mutating func histogram(
        _ head: inout PointHead, _ sent: Buckets, isDelta: Bool, _ bytes: RawSpan, _ range: Range<Int>
    ) throws(WireError) -> [(bound: Double, series: UInt32)] {
        check(head)
        guard core.issue == nil, let base = try series(&head, .count, 0, bytes, range) else { return [] }
        // All series first: where one is refused, the point is, with nothing of it taken.
        var places: [(bound: Double, series: UInt32)] = []
        for bound in sent.bounds where bound < .infinity {
            guard let series = try index(&head, .bucket, bound.bitPattern, bytes, range) else { return [] }
            places.append((bound, series))
        }
        guard let last = try index(&head, .bucket, Double.infinity.bitPattern, bytes, range) else { return [] }
        places.append((.infinity, last))
        guard let sumSeries = try series(&head, .sum, 0, bytes, range) else { return [] }
        var (counts, sum, count) = (sent.counts, sent.sum, Double(sent.count))
        var started = head.startMilliseconds
        if isDelta, !head.hasNoValue {
            guard let total = total(base, head, values: counts + [sum ?? 0, count], bounds: sent.bounds) else {
                return []
            }
            counts = Array(total.values.dropLast(2))
            if sum != nil { sum = total.values[total.values.count - 2] }
            count = total.values[total.values.count - 1]
            started = Int64(total.started / 1_000_000)
        }
        var cumulative = 0.0
        for (place, inBucket) in zip(places.dropLast(), counts) {
            cumulative += inBucket
            append(place.series, head, started: started, cumulative)
        }
        append(last, head, started: started, count)
        if let sum { append(cache.index(sumSeries, in: &batch), head, started: started, sum) }
        append(cache.index(base, in: &batch), head, started: started, count)
        touchTarget(metric: head.metric, time: head.milliseconds)
        return places
    }
}
