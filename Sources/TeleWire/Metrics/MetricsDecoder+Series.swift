import TeleModel

/// Where a data point's attributes lie: usually one behind the other, so that their bytes are the key of its series.
struct AttributeRun {
    private(set) var range = 0..<0
    private(set) var count = 0
    private(set) var isScattered = false

    @inline(__always)
    mutating func take(_ part: Range<Int>) {
        if count == 0 {
            range = part
        } else if part.lowerBound == range.upperBound {
            range = range.lowerBound..<part.upperBound
        } else {
            isScattered = true
        }
        count &+= 1
    }

    /// The attribute fields of a message, one behind the other.
    static func gather(_ tag: UInt32, _ reader: consuming ProtobufReader) throws(WireError) -> [UInt8] {
        var out: [UInt8] = []
        while !reader.isAtEnd {
            let at = reader.at
            let found = try reader.tag()
            try reader.skip(found)
            guard found == tag else { continue }
            reader.bytes.extracting(at..<reader.at).withUnsafeBytes { out.append(contentsOf: $0) }
        }
        return out
    }
}

/// A data point's common fields and the key of its series.
struct PointHead {
    var metric: UInt32
    /// Unix nanoseconds.
    var time: UInt64 = 0
    var start: UInt64 = 0
    var flags: UInt32 = 0
    var attributes = AttributeRun()
    /// Of the bytes of the attributes; made when it is first needed.
    var attributesHash: UInt64?

    init(metric: UInt32) { self.metric = metric }

    @inline(__always)
    var hasNoValue: Bool { flags & 1 != 0 }
    @inline(__always)
    var milliseconds: Int64 { Int64(time / 1_000_000) }
    @inline(__always)
    var startMilliseconds: Int64 { Int64(start / 1_000_000) }
}

extension MetricsDecoder {
    /// The index in the batch of one of a point's series; nil where an issue is noted. `bytes[range]` are the
    /// attributes' fields.
    @inline(__always)
    mutating func index(
        _ head: inout PointHead, _ role: SeriesCache.Role, _ number: UInt64 = 0, _ bytes: RawSpan, _ range: Range<Int>
    ) throws(WireError) -> UInt32? {
        guard let series = try series(&head, role, number, bytes, range) else { return nil }
        return cache.index(series, in: &batch)
    }

    @inline(__always)
    mutating func series(
        _ head: inout PointHead, _ role: SeriesCache.Role, _ number: UInt64, _ bytes: RawSpan, _ range: Range<Int>
    ) throws(WireError) -> UInt32? {
        let key = SeriesCache.Head(role: role, owner: head.metric, number: number)
        if let known = cache.following(key, bytes, range) { return known }
        let bodyHash = head.attributesHash ?? Hash64.of(bytes.extracting(range))
        head.attributesHash = bodyHash
        let hash = SeriesCache.hash(key, bodyHash: bodyHash)
        if let known = cache.find(key, hash, bytes, range) { return known }
        return try makeSeries(key, hash, bytes, range)
    }

    @inline(never)
    private mutating func makeSeries(
        _ key: SeriesCache.Head, _ hash: UInt64, _ bytes: RawSpan, _ range: Range<Int>
    ) throws(WireError) -> UInt32? {
        // Checked before each series: one histogram has many, each with all of its attributes.
        guard cache.byteCount <= Limits.labelBytesPerRequest else {
            throw .tooLarge(
                "more label bytes than a request may become (Limits.labelBytesPerRequest)", at: range.lowerBound)
        }
        let parsed = try attributes(bytes, range)
        guard core.issue == nil else { return nil }
        let metric = cache.metrics[Int(key.owner)]
        let group = cache.groups[metric.group]
        var (name, extra) = (metric.name, [PrometheusMapping.Attribute]())
        switch key.role {
        case .bucket:
            name += "_bucket"
            extra = [("le", FloatText.string(Double(bitPattern: key.number)))]
        case .sum: name += "_sum"
        case .count: name += "_count"
        case .quantile: extra = [("quantile", FloatText.string(Double(bitPattern: key.number)))]
        case .plain, .group, .metric: break
        }
        let labels = PrometheusMapping.seriesLabels(
            name: name, parsed, scope: group.scope, target: group.target, extra: extra)
        guard isWithinLimits(labels) else {
            core.note(.labels)
            return nil
        }
        let series = cache.series(labels)
        cache.set(key, hash, bytes, range, to: series)
        return series
    }

    private func isWithinLimits(_ labels: LabelSet) -> Bool {
        var (count, longest) = (0, 0)
        labels.forEach { name, value in
            count += 1
            longest = max(longest, name.count, value.count)
        }
        return count <= Limits.labelsPerSeries && longest <= Limits.labelBytes
    }

    /// Attribute fields, whatever their number, as text; what is wrong with them is noted.
    mutating func attributes(
        _ bytes: RawSpan, _ range: Range<Int>
    ) throws(WireError) -> [PrometheusMapping.Attribute] {
        let issue = core.issue
        core = RequestCore(bodyBytes: 0)
        core.issue = issue
        var table = AttributeTable()
        var reader = ProtobufReader(bytes, range)
        while !reader.isAtEnd {
            _ = try reader.tag()
            try core.attribute(&reader, into: &table)
        }
        table.closeOwner()
        return core.issue == nil ? attributes(table, owner: 0) : []
    }

    /// Checks what the points of every kind have.
    @inline(__always)
    mutating func check(_ head: PointHead) {
        if head.attributes.count > Limits.attributesPerOwner { core.note(.attributeCount) }
        if !options.accepts(head.time) { core.note(.time) }
    }

    @inline(__always)
    mutating func append(_ series: UInt32, _ head: PointHead, started: Int64, _ value: Double) {
        batch.series.append(series)
        batch.time.append(head.milliseconds)
        batch.value.append(head.hasNoValue ? SampleBatch.staleMarker : value)
        batch.started.append(started)
    }
}
