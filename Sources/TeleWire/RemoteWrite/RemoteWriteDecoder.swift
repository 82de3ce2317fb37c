import TeleModel

/// Puts together the batch of one remote write request.
struct RemoteWriteDecoder {
    /// Where a label's name and value stand in the body.
    struct Label {
        var name: Range<Int>
        var value: Range<Int>
    }

    var batch = SampleBatch()
    private(set) var rejected = 0
    private(set) var message = ""
    let options: DecodeOptions

    /// The labels of the series, or exemplar, at hand.
    var labels: [Label] = []
    private var interned = InternTable()
    private var metadataNames: Set<String> = []
    /// Bytes of one label set in the making.
    private var scratch: [UInt8] = []

    init(options: DecodeOptions) { self.options = options }

    mutating func refuse(_ count: Int, _ reason: @autoclosure () -> String) {
        if message.isEmpty { message = reason() }
        rejected &+= count
    }

    /// Whether a sample of this time (unix milliseconds) is taken.
    func accepts(_ time: Int64) -> Bool {
        guard time >= 0 else { return options.oldest == 0 && time > -(1 << 52) }
        let (nanoseconds, overflow) = UInt64(time).multipliedReportingOverflow(by: 1_000_000)
        return !overflow && options.accepts(nanoseconds)
    }

    /// The canonical form of ``labels`` into `scratch`; nil, or why not.
    private mutating func canonicalize(_ body: borrowing Span<UInt8>, needsName: Bool) -> String? {
        guard labels.count <= Limits.labelsPerSeries else { return "too many labels (Limits.labelsPerSeries)" }
        scratch.removeAll(keepingCapacity: true)
        var isSorted = true
        for i in labels.indices.dropFirst()
        where !RemoteWriteDecoder.precedes(body, labels[i - 1].name, labels[i].name) {
            isSorted = false
            break
        }
        if !isSorted {
            sortLabels(body)
            for i in labels.indices.dropFirst()
            where !RemoteWriteDecoder.precedes(body, labels[i - 1].name, labels[i].name) {
                return "label \"\(RemoteWriteDecoder.text(body, labels[i].name))\" is there twice"
            }
        }
        var hasName = false
        for label in labels {
            if label.name.isEmpty { return "a label has no name" }
            guard label.name.count <= Limits.labelBytes else {
                return "a label's name has \(label.name.count) bytes (Limits.labelBytes)"
            }
            guard UTF8Check.isValid(body.bytes, label.name) else { return "a label's name is not valid UTF-8" }
            guard label.value.count <= Limits.labelBytes else {
                let name = RemoteWriteDecoder.text(body, label.name)
                return "the value of label \"\(name)\" has \(label.value.count) bytes (Limits.labelBytes)"
            }
            guard UTF8Check.isValid(body.bytes, label.value) else {
                return "the value of label \"\(RemoteWriteDecoder.text(body, label.name))\" is not valid UTF-8"
            }
            if label.value.isEmpty { continue }
            if RemoteWriteDecoder.isMetricName(body, label.name) { hasName = true }
            LabelSet.appendLabel(body.extracting(label.name), body.extracting(label.value), to: &scratch)
        }
        return needsName && !hasName ? "a series has no metric name" : nil
    }

    /// By name. A merge from runs of one on, since a borrowed span can't go into a sort's closure.
    private mutating func sortLabels(_ body: borrowing Span<UInt8>) {
        var width = 1
        while width < labels.count {
            var merged: [Label] = []
            merged.reserveCapacity(labels.count)
            for start in stride(from: 0, to: labels.count, by: 2 * width) {
                let middle = min(start + width, labels.count)
                let end = min(start + 2 * width, labels.count)
                var (left, right) = (start, middle)
                while left < middle, right < end {
                    if RemoteWriteDecoder.precedes(body, labels[right].name, labels[left].name) {
                        merged.append(labels[right])
                        right += 1
                    } else {
                        merged.append(labels[left])
                        left += 1
                    }
                }
                merged.append(contentsOf: labels[left..<middle])
                merged.append(contentsOf: labels[right..<end])
            }
            labels = merged
            width *= 2
        }
    }

    /// The index in the batch of the series with ``labels``; nil, and `samples` counted as refused, where they are bad.
    mutating func series(_ body: borrowing Span<UInt8>, samples: Int, at offset: Int) throws(WireError) -> UInt32? {
        if let problem = canonicalize(body, needsName: true) {
            refuse(max(1, samples), "\(problem), in the series at byte \(offset)")
            return nil
        }
        let hash = Hash64.of(scratch)
        if let known = known(hash) { return known }
        guard batch.heap.count &+ scratch.count <= Limits.labelBytesPerRequest else {
            throw .tooLarge("more label bytes than a request may have (Limits.labelBytesPerRequest)", at: offset)
        }
        batch.seriesLabels.append(batch.heap.append(scratch))
        batch.seriesHash.append(hash)
        return interned.insert(hash)
    }

    private func known(_ hash: UInt64) -> UInt32? {
        let heap = batch.heap.bytes.span.bytes
        return interned.find(hash) { index in
            let range = batch.seriesLabels[Int(index)]
            return Int(range.count) == scratch.count
                && ByteCompare.isSame(heap, Int(range.offset), scratch.span.bytes, 0, scratch.count)
        }
    }

    mutating func add(series: UInt32, time: Int64, value: Double, started: Int64) {
        guard accepts(time) else { return refuse(1, "a sample's time is outside of what is retained") }
        batch.series.append(series)
        batch.time.append(time)
        batch.value.append(value)
        batch.started.append(started)
    }

    mutating func addExemplar(series: UInt32, _ body: borrowing Span<UInt8>, time: Int64, value: Double) {
        guard accepts(time), canonicalize(body, needsName: false) == nil else { return }
        batch.exemplarSeries.append(series)
        batch.exemplarTime.append(time)
        batch.exemplarValue.append(value)
        batch.exemplarLabels.append(batch.heap.append(scratch))
    }

    /// Metadata of a family, once a request.
    mutating func addMetadata(_ name: String, type: UInt8, help: String, unit: String) {
        guard !name.isEmpty, metadataNames.insert(name).inserted else { return }
        batch.metadataName.append(batch.heap.append(name))
        batch.metadataType.append(MetricType(rawValue: type)?.rawValue ?? MetricType.unknown.rawValue)
        batch.metadataHelp.append(batch.heap.append(help))
        batch.metadataUnit.append(batch.heap.append(unit))
    }

    static func text(_ body: borrowing Span<UInt8>, _ range: Range<Int>) -> String {
        body.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// `__name__`.
    static func isMetricName(_ body: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        let name: StaticString = "__name__"
        guard range.count == 8 else { return false }
        for i in 0..<8 where body[range.lowerBound + i] != name.utf8Start[i] { return false }
        return true
    }

    private static func precedes(_ body: borrowing Span<UInt8>, _ a: Range<Int>, _ b: Range<Int>) -> Bool {
        var i = 0
        while i < a.count, i < b.count {
            let (x, y) = (body[a.lowerBound + i], body[b.lowerBound + i])
            if x != y { return x < y }
            i += 1
        }
        return a.count < b.count
    }
}
