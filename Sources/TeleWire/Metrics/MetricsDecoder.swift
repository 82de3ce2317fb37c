import TeleModel

/// `ExportMetricsServiceRequest` into samples of Prometheus' shape. What things are called: ``PrometheusMapping``.
struct MetricsDecoder {
    var batch = SampleBatch()
    var refusals = Refusals()
    var cache: SeriesCache
    let deltas: DeltaAccumulator
    let options: DecodeOptions
    /// Parses attributes and resources that the cache does not know.
    var core = RequestCore(bodyBytes: 0)
    /// Why the current group or metric can't be used, for all of its points.
    var groupIssue: RecordIssue?
    /// Whose points these are.
    private(set) var services: Set<String> = []
    /// The `target_info` series of this request: index in the batch and newest time of its points.
    private var targets: [(series: UInt32, time: Int64)] = []
    private var targetPlaces: [UInt32: Int] = [:]
    /// The metric of the last point, and the place of its target.
    private var lastTarget: (metric: UInt32, place: Int)?

    init(options: DecodeOptions, cache: SeriesCache, deltas: DeltaAccumulator) {
        self.options = options
        self.cache = cache
        self.deltas = deltas
        self.cache.beginRequest()
    }

    mutating func request(_ body: RawSpan) throws(WireError) {
        var reader = ProtobufReader(body)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x0A else {
                try reader.skip(tag)
                continue
            }
            var group = try reader.message()
            do throws(WireError) { try resourceMetrics(&group) } catch { throw error.within("resource_metrics") }
        }
        for target in targets {
            batch.series.append(target.series)
            batch.time.append(target.time)
            batch.value.append(1)
            batch.started.append(0)
        }
    }

    private mutating func resourceMetrics(_ reader: inout ProtobufReader) throws(WireError) {
        let resource = try GroupHeader(reader.copy())
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x12 else {
                try reader.skip(tag)
                continue
            }
            var scope = try reader.message()
            do throws(WireError) { try scopeMetrics(&scope, resource) } catch { throw error.within("scope_metrics") }
        }
    }

    private mutating func scopeMetrics(_ reader: inout ProtobufReader, _ resource: GroupHeader) throws(WireError) {
        let header = try GroupHeader(reader.copy())
        var group: UInt32?
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x12 else {
                try reader.skip(tag)
                continue
            }
            var message = try reader.message()
            if group == nil { group = try self.group(resource, header, message) }
            do throws(WireError) { try metric(&message, group: group ?? 0) } catch { throw error.within("metrics") }
        }
    }

    // MARK: Groups

    /// The number of the resource and scope together; sets `groupIssue`.
    private mutating func group(
        _ resource: GroupHeader, _ scope: GroupHeader, _ body: borrowing ProtobufReader
    ) throws(WireError) -> UInt32 {
        var key = ProtobufWriter()
        for range in resource.messages { key.bytes(1, Span(_bytes: body.bytes.extracting(range))) }
        key.bytes(2, Span(_bytes: body.bytes.extracting(resource.schemaURL)))
        for range in scope.messages { key.bytes(3, Span(_bytes: body.bytes.extracting(range))) }
        key.bytes(4, Span(_bytes: body.bytes.extracting(scope.schemaURL)))
        let number: UInt64 = options.promoteScopeMetadata ? 1 : 0
        let head = SeriesCache.Head(role: .group, owner: 0, number: number)
        let bytes = key.bytes.span.bytes
        let hash = SeriesCache.hash(head, bodyHash: Hash64.of(bytes))
        groupIssue = nil
        if let known = cache.find(head, hash, bytes, 0..<bytes.byteCount) {
            if let service = cache.groups[Int(known)].target.service { services.insert(service) }
            return known
        }
        core = RequestCore(bodyBytes: 0)
        let resourceRow = try core.resource(resource, body)
        if core.issue == nil { _ = try core.scope(scope, body) }
        if let issue = core.issue {
            groupIssue = issue
            return 0
        }
        let target = PrometheusMapping.Target(attributes(core.core.resources.attributes, owner: Int(resourceRow)))
        if let service = target.service { services.insert(service) }
        let info = target.info.map { cache.series($0) }
        let made = cache.add(SeriesCache.Group(target: target, scope: scopeLabels(), info: info))
        cache.set(head, hash, bytes, 0..<bytes.byteCount, to: made)
        return made
    }

    private func scopeLabels() -> [PrometheusMapping.Attribute] {
        guard options.promoteScopeMetadata else { return [] }
        let (heap, scopes) = (core.core.heap, core.core.scopes)
        return PrometheusMapping.scopeLabels(
            name: heap.string(scopes.names[0]), version: heap.string(scopes.versions[0]),
            schemaURL: heap.string(scopes.schemaURLs[0]), attributes: attributes(scopes.attributes, owner: 0))
    }

    /// An owner's attributes as text.
    func attributes(_ table: AttributeTable, owner: Int) -> [PrometheusMapping.Attribute] {
        table.entries(of: owner).map { entry in
            let key = core.core.heap.string(core.core.keys[Int(table.keys[entry])])
            return (key, ValueText.text(of: table.value(at: entry), heap: core.core.heap))
        }
    }

    // MARK: Metrics

    private mutating func metric(_ reader: inout ProtobufReader, group: UInt32) throws(WireError) {
        let header = try MetricHeader(reader.copy())
        guard header.field != 0 else { return }
        let outer = groupIssue
        defer { groupIssue = outer }
        let number = metricNumber(header, reader.bytes, group: group)
        var points = reader.reader(header.from..<reader.end)
        while !points.isAtEnd {
            let tag = try points.tag()
            guard tag == header.field << 3 | 2 else {
                try points.skip(tag)
                continue
            }
            var data = try points.message()
            while !data.isAtEnd {
                let tag = try data.tag()
                guard tag == 0x0A else {
                    try data.skip(tag)
                    continue
                }
                var point = try data.message()
                do throws(WireError) { try self.point(&point, header, metric: number) } catch {
                    throw error.within("data_points")
                }
            }
        }
    }

    @inline(__always)
    private mutating func point(
        _ reader: inout ProtobufReader, _ header: MetricHeader, metric: UInt32
    ) throws(WireError) {
        core.issue = groupIssue
        switch header.field {
        case 5, 7: try numberPoint(&reader, header, metric)
        case 9: try histogramPoint(&reader, header, metric)
        case 10: try exponentialPoint(&reader, header, metric)
        default: try summaryPoint(&reader, metric)
        }
        if let issue = core.issue { refusals.add(issue, "data point") }
        guard batch.count + batch.exemplarTime.count <= Limits.samplesPerRequest else {
            throw .tooLarge("more samples than a request may become (Limits.samplesPerRequest)", at: reader.at)
        }
        guard batch.heap.count <= Limits.labelBytesPerRequest else {
            throw .tooLarge("more label bytes than a request may become (Limits.labelBytesPerRequest)", at: reader.at)
        }
    }

    /// The number of a metric in its group; sets `groupIssue` where it can't be used.
    private mutating func metricNumber(_ header: MetricHeader, _ bytes: RawSpan, group: UInt32) -> UInt32 {
        guard groupIssue == nil else { return 0 }
        if header.kind != .gauge, header.kind != .summary, header.temporality != 1, header.temporality != 2 {
            groupIssue = .temporality
            return 0
        }
        var key = ProtobufWriter()
        key.bytes(1, Span(_bytes: bytes.extracting(header.name)))
        key.bytes(2, Span(_bytes: bytes.extracting(header.unit)))
        let head = SeriesCache.Head(role: .metric, owner: group, number: UInt64(header.kind.rawValue))
        let keyBytes = key.bytes.span.bytes
        let hash = SeriesCache.hash(head, bodyHash: Hash64.of(keyBytes))
        var number = cache.find(head, hash, keyBytes, 0..<keyBytes.byteCount)
        if number == nil {
            guard UTF8Check.isValid(bytes, header.name), UTF8Check.isValid(bytes, header.unit) else {
                groupIssue = .text
                return 0
            }
            let name = PrometheusMapping.metricName(
                text(bytes, header.name), unit: text(bytes, header.unit), kind: header.kind)
            guard !name.isEmpty, name.utf8.count <= Limits.labelBytes else {
                groupIssue = .metricName
                return 0
            }
            let made = cache.add(SeriesCache.Metric(group: Int(group), name: name, kind: header.kind))
            cache.set(head, hash, keyBytes, 0..<keyBytes.byteCount, to: made)
            number = made
        }
        takeMetadata(Int(number ?? 0), header, bytes)
        return number ?? 0
    }

    private mutating func takeMetadata(_ metric: Int, _ header: MetricHeader, _ bytes: RawSpan) {
        guard cache.metrics[metric].request != cache.request else { return }
        cache.metrics[metric].request = cache.request
        batch.metadataName.append(batch.heap.append(cache.metrics[metric].name))
        batch.metadataType.append(header.kind.type.rawValue)
        batch.metadataUnit.append(batch.heap.append(Span(_bytes: bytes.extracting(header.unit))))
        let help = UTF8Check.isValid(bytes, header.help) ? header.help : 0..<0
        batch.metadataHelp.append(batch.heap.append(Span(_bytes: bytes.extracting(help))))
    }

    func text(_ bytes: RawSpan, _ range: Range<Int>) -> String {
        bytes.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Notes that a point of this metric's group was taken, for `target_info`.
    @inline(__always)
    mutating func touchTarget(metric: UInt32, time: Int64) {
        if let lastTarget, lastTarget.metric == metric {
            if time > targets[lastTarget.place].time { targets[lastTarget.place].time = time }
        } else {
            touchOtherTarget(metric: metric, time: time)
        }
    }

    private mutating func touchOtherTarget(metric: UInt32, time: Int64) {
        guard let info = cache.groups[cache.metrics[Int(metric)].group].info else { return }
        let index = cache.index(info, in: &batch)
        let place = targetPlaces[index] ?? targets.count
        lastTarget = (metric, place)
        if place == targets.count {
            targetPlaces[index] = place
            targets.append((index, time))
        } else if time > targets[place].time {
            targets[place].time = time
        }
    }
}

/// The fields of a `Metric` other than its points.
struct MetricHeader {
    var name = 0..<0
    var unit = 0..<0
    var help = 0..<0
    /// The field of the data that counts (5 gauge, 7 sum, 9 histogram, 10 exponential histogram, 11 summary), 0 for
    /// none; and where its first occurrence begins that counts. A later field of another number replaces the former.
    var field: UInt32 = 0
    var from = 0
    var temporality: Int32 = 0
    var kind = PrometheusMapping.Kind.gauge

    init(_ reader: consuming ProtobufReader) throws(WireError) {
        var isMonotonic = false
        while !reader.isAtEnd {
            let at = reader.at
            let tag = try reader.tag()
            switch tag {
            case 0x0A: name = try reader.range()
            case 0x12: help = try reader.range()
            case 0x1A: unit = try reader.range()
            case 0x2A, 0x3A, 0x4A, 0x52, 0x5A:
                if tag >> 3 != field { (field, from, temporality, isMonotonic) = (tag >> 3, at, 0, false) }
                var data = try reader.message()
                while !data.isAtEnd {
                    let tag = try data.tag()
                    switch tag {
                    case 0x10: temporality = try data.int32()
                    case 0x18: isMonotonic = try data.bool()
                    default: try data.skip(tag)
                    }
                }
            default: try reader.skip(tag)
            }
        }
        switch field {
        case 7: kind = isMonotonic ? .counter : .upDownCounter
        case 9: kind = .histogram
        case 10: kind = .exponentialHistogram
        case 11: kind = .summary
        default: kind = .gauge
        }
    }
}
