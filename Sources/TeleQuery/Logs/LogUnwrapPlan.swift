import TeleEngine
import TeleModel
import TeleQL

/// A range aggregation over one unwrapped attribute, grouped by stream labels and other attributes: read from those
/// columns alone, without making the labels of every entry.
struct LogUnwrapPlan {
    let scan: LogScan
    private let streams: LogStreams
    private let label: String
    /// Names of the groups' labels that come from attributes, in order.
    private let names: [String]
    /// By fingerprint the labels of the group that the stream gives.
    private let ofStream: [UInt64: [LokiMapping.Pair]]
    private let skipsErrors: Bool

    /// nil where the aggregation, its groups or a stage needs more than that.
    init?(
        _ aggregation: LogQLRangeAggregation, _ grouping: LogQLGrouping?, _ streams: LogStreams, scan: LogScan
    ) {
        guard let unwrap = aggregation.unwrap, case .none = unwrap.conversion, let grouping, !grouping.isWithout,
            aggregation.operation != .absentOverTime
        else { return nil }
        for stage in aggregation.pipeline.stages {
            guard case .line(let filter) = stage, LogPipelineRunner.conditions(filter) != nil else { return nil }
        }
        var skipsErrors = false
        for filter in unwrap.filters {
            guard case .text(let matcher) = filter, matcher.name == LogLabels.error, matcher.operation == .equal,
                matcher.value.isEmpty
            else { return nil }
            skipsErrors = true
        }
        var names: [String] = []
        var ofStream: [UInt64: [LokiMapping.Pair]] = [:]
        for name in Set(grouping.labels).union([unwrap.label]).sorted() {
            let isOfAll = streams.byFingerprint.values.allSatisfy { $0.labels.contains { $0.name == name } }
            let isOfSome = streams.byFingerprint.values.contains { stream in
                (stream.labels + stream.metadata).contains { $0.name == name }
            }
            if isOfAll, name != unwrap.label, name != "detected_level" { continue }
            if isOfSome || LogCountPlan.isOwn(name) { return nil }
            if name != unwrap.label { names.append(name) }
        }
        guard names.count <= 2, !grouping.labels.contains(unwrap.label) else { return nil }
        for (fingerprint, stream) in streams.byFingerprint {
            ofStream[fingerprint] = stream.labels.filter { grouping.labels.contains($0.name) }
        }
        self.streams = streams
        label = unwrap.label
        self.names = names
        self.ofStream = ofStream
        self.skipsErrors = skipsErrors
        var scan = scan
        scan.order = .any
        scan.columns = scan.conditions.isEmpty ? [.attributes] : [.attributes, .body]
        scan.labels = Set(names + [label])
        self.scan = scan
    }

    /// One label's value of a row, as it stands in the column; absent is another.
    private struct Value: Hashable {
        var kind: UInt8 = 0xff
        var bits: UInt64 = 0
    }

    private struct Key: Hashable {
        var resource: UInt32
        var first = Value()
        var second = Value()
    }

    /// Adds the batch's values; false where it takes the plain way to tell: then nothing collected so far is of use.
    func add(_ batch: LogBatch, to collector: inout LogRangeCollector) -> Bool {
        guard let number = key(of: label, batch.core), let first = key(of: names.first, batch.core),
            let second = key(of: names.count > 1 ? names[1] : nil, batch.core)
        else { return false }
        if !scan.conditions.isEmpty, batch.bodyKind.contains(where: { $0 != ValueKind.string.rawValue }) {
            return false
        }
        let table = batch.attributes
        let (keys, kinds, bits) = (table.keys.span, table.kinds.span, table.values.span)
        var groups: [Key: Int] = [:]
        var last: (key: Key, group: Int)?
        for row in 0..<batch.count {
            var value = Value()
            var key = Key(resource: batch.resource[row])
            for entry in table.entries(of: row) {
                let name = keys[entry]
                guard name == number || name == first || name == second else { continue }
                let found = Value(kind: kinds[entry], bits: bits[entry])
                // Empty values vanish; of equal names the last one stays.
                guard LogUnwrapPlan.isThere(found) else { continue }
                if found.kind == ValueKind.map.rawValue { return false }
                if name == number {
                    value = found
                } else if name == first {
                    key.first = found
                } else {
                    key.second = found
                }
            }
            if value.kind == 0xff { continue }
            guard let double = double(value, batch.core.heap) else {
                if skipsErrors { continue }
                return false
            }
            let group: Int
            if let last, last.key == key {
                group = last.group
            } else {
                group = groups[key] ?? collector.group(of: labels(key, batch.core))
                groups[key] = group
                last = (key, group)
            }
            collector.add(double, at: batch.timestamp(row), group: group)
        }
        return true
    }

    /// The index of the one attribute key that becomes the label, `none` where there is no such key; nil where several
    /// could, or a scope has it.
    private func key(of name: String?, _ core: BatchCore) -> UInt32? {
        guard let name else { return LogUnwrapPlan.noKey }
        var found: UInt32?
        for (index, range) in core.keys.enumerated() where LokiMapping.mayBecome([name], key: core.heap.string(range)) {
            let isScopes = core.scopes.attributes.keys.contains(UInt32(index))
            guard found == nil, !isScopes, LokiMapping.sanitised(core.heap.string(range)) == name else { return nil }
            found = UInt32(index)
        }
        return found ?? LogUnwrapPlan.noKey
    }

    private static let noKey = UInt32.max

    private static func isThere(_ value: Value) -> Bool {
        switch ValueKind(rawValue: value.kind) {
        case .empty, nil: false
        case .string: ByteRange(packed: value.bits).count > 0
        default: true
        }
    }

    private func double(_ value: Value, _ heap: ByteHeap) -> Double? {
        switch ValueKind(rawValue: value.kind) {
        case .int: return Double(Int64(bitPattern: value.bits))
        case .double where Double(bitPattern: value.bits).isFinite: return Double(bitPattern: value.bits)
        case .none: return nil
        case .some(let kind):
            let text = ValueText.text(of: RawValue(kind: kind, bits: value.bits), heap: heap)
            return LogRangeCollector.convert(text, .none)
        }
    }

    private func labels(_ key: Key, _ core: BatchCore) -> LogLabels {
        var metadata: [LokiMapping.Pair] = []
        for (name, value) in zip(names, [key.first, key.second]) where value.kind != 0xff {
            let raw = RawValue(kind: ValueKind(rawValue: value.kind) ?? .empty, bits: value.bits)
            metadata.append((name, ValueText.text(of: raw, heap: core.heap)))
        }
        let fingerprint = core.resources.fingerprints[Int(key.resource)]
        return LogLabels(stream: ofStream[fingerprint] ?? [], metadata: metadata)
    }
}
