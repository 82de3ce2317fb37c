import TeleModel

/// What the translation of metrics remembers from one request to the next: for the raw bytes of a group (resource and
/// scope), of a metric in it and of a data point's attributes, what they become. A request that sends the same series
/// again parses no attribute and builds no label.
///
/// All is found by hash and then compared byte by byte. Used by one request at a time.
struct SeriesCache: Sendable {
    /// What one group's bytes mean.
    struct Group: Sendable {
        var target: PrometheusMapping.Target
        var scope: [PrometheusMapping.Attribute]
        /// Series number of `target_info`.
        var info: UInt32?
    }

    /// What one metric of a group is.
    struct Metric: Sendable {
        var group: Int
        var name: String
        var kind: PrometheusMapping.Kind
        /// The request that last took its metadata.
        var request: UInt32 = 0
    }

    /// The fixed part of a key: what it is a key of, and a number (a metric's or group's, a bucket's bound, ...).
    struct Head: Hashable, Sendable {
        var role: Role
        var owner: UInt32
        var number: UInt64 = 0
    }

    enum Role: UInt8, Sendable {
        case group, metric, plain, bucket, sum, count, quantile
    }

    private var keys = InternTable()
    private var heads: [Head] = []
    private var bodies: [ByteRange] = []
    /// Index into `groups` or `metrics`, or the series number.
    private var found: [UInt32] = []
    private var keyBytes: [UInt8] = []
    /// The key that was found or set last.
    private var cursor = 0

    private(set) var groups: [Group] = []
    var metrics: [Metric] = []

    private var labels = InternTable()
    private var labelRanges: [ByteRange] = []
    private var labelBytes: [UInt8] = []
    /// Of each series: the request that last used it, and its index in that request's batch.
    private var requests: [UInt32] = []
    private var indexes: [UInt32] = []
    private(set) var request: UInt32 = 0

    /// What is held for all keys and labels; the tables of hashes take about 20 bytes an entry.
    var byteCount: Int { keyBytes.count + labelBytes.count + heads.count * 48 + labelRanges.count * 36 }

    /// Whether it is better forgotten than kept for the next request.
    var isFull: Bool {
        heads.count > Limits.cachedSeries || byteCount > Limits.cachedSeriesBytes || request == .max
    }

    mutating func beginRequest() { request += 1 }

    @inline(__always)
    static func hash(_ head: Head, bodyHash: UInt64) -> UInt64 {
        let fixed = UInt64(head.role.rawValue) << 32 | UInt64(head.owner)
        return Hash64.combine(Hash64.combine(bodyHash, fixed), head.number)
    }

    /// What the key was set to, where it is the one behind the key that was asked for before: clients send the same
    /// series in the same order each time, so that most keys are found without a hash, one behind the other in memory.
    @inline(__always)
    mutating func following(_ head: Head, _ bytes: borrowing RawSpan, _ range: Range<Int>) -> UInt32? {
        isKey(cursor &+ 1, head, bytes, range) ? take(cursor &+ 1) : nil
    }

    /// What the key was set to.
    @inline(__always)
    mutating func find(_ head: Head, _ hash: UInt64, _ bytes: borrowing RawSpan, _ range: Range<Int>) -> UInt32? {
        place(head, hash, bytes, range).map { take($0) }
    }

    @inline(__always)
    private mutating func take(_ place: Int) -> UInt32 {
        cursor = place
        return found[place]
    }

    @inline(__always)
    private func place(_ head: Head, _ hash: UInt64, _ bytes: borrowing RawSpan, _ range: Range<Int>) -> Int? {
        keys.find(hash) { isKey(Int($0), head, bytes, range) }.map { Int($0) }
    }

    @inline(__always)
    private func isKey(_ index: Int, _ head: Head, _ bytes: borrowing RawSpan, _ range: Range<Int>) -> Bool {
        guard index < heads.count, heads[index] == head else { return false }
        let body = bodies[index]
        return Int(body.count) == range.count
            && ByteCompare.isSame(keyBytes.span.bytes, Int(body.offset), bytes, range.lowerBound, range.count)
    }

    mutating func set(
        _ head: Head, _ hash: UInt64, _ bytes: borrowing RawSpan, _ range: Range<Int>, to value: UInt32
    ) {
        _ = keys.insert(hash)
        cursor = heads.count
        heads.append(head)
        bodies.append(ByteRange(offset: UInt32(keyBytes.count), count: UInt32(range.count)))
        bytes.extracting(range).withUnsafeBytes { keyBytes.append(contentsOf: $0) }
        found.append(value)
    }

    mutating func add(_ group: Group) -> UInt32 {
        groups.append(group)
        return UInt32(groups.count - 1)
    }

    mutating func add(_ metric: Metric) -> UInt32 {
        metrics.append(metric)
        return UInt32(metrics.count - 1)
    }

    /// The number of a series, the same for equal labels.
    mutating func series(_ set: LabelSet) -> UInt32 {
        let hash = set.fingerprint
        if let known = findSeries(hash, set) { return known }
        labelRanges.append(ByteRange(offset: UInt32(labelBytes.count), count: UInt32(set.bytes.count)))
        labelBytes.append(contentsOf: set.bytes)
        requests.append(0)
        indexes.append(0)
        return labels.insert(hash)
    }

    private func findSeries(_ hash: UInt64, _ set: LabelSet) -> UInt32? {
        let known = labelBytes.span.bytes
        return labels.find(hash) { index in
            let range = labelRanges[Int(index)]
            return Int(range.count) == set.bytes.count
                && ByteCompare.isSame(known, Int(range.offset), set.bytes.span.bytes, 0, set.bytes.count)
        }
    }

    /// The index of a series in this request's batch, which gets it at its first use.
    @inline(__always)
    mutating func index(_ series: UInt32, in batch: inout SampleBatch) -> UInt32 {
        let number = Int(series)
        if requests[number] == request { return indexes[number] }
        let index = UInt32(truncatingIfNeeded: batch.seriesLabels.count)
        batch.seriesLabels.append(batch.heap.append(labelBytes.span.extracting(labelRanges[number].range)))
        batch.seriesHash.append(labels.hashes[number])
        requests[number] = request
        indexes[number] = index
        return index
    }

    func labelSet(_ series: UInt32) -> LabelSet {
        LabelSet(canonical: Array(labelBytes[labelRanges[Int(series)].range]))
    }
}
