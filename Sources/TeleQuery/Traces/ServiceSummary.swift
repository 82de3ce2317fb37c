package import TeleEngine
import TeleModel

/// Requests, errors and durations of one service in a time range.
package struct ServiceSummary: Sendable {
    package var name: String
    package var requests: Int
    package var errors: Int
    package var spans: Int
    /// Nanoseconds, by ``DurationSketch``.
    package var p50: Double
    package var p95: Double
    package var p99: Double

    /// Requests are the root, server and consumer spans of a service; all its spans where it has none of these.
    /// Sorted by name. `earliest` becomes the start of the window's first span, if there is one.
    package static func all(
        time: Range<UInt64>, snapshot: any EngineSnapshot, budget: QueryBudget, earliest: inout UInt64?
    ) throws(EngineError) -> [ServiceSummary] {
        struct Tally {
            var requests = DurationSketch()
            var requestErrors = 0
            var spans = DurationSketch()
            var errors = 0
        }
        var tallies: [String: Tally] = [:]
        var first = UInt64.max
        var scan = SpanScan(time: time)
        scan.columns = .name
        try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
            let names = (0..<batch.core.resources.count).map { batch.core.serviceName(resource: $0) }
            for row in 0..<batch.count {
                first = min(first, batch.start[row])
                let isError = batch.statusCode[row] == 2
                let isRequest = batch.parent[row] == 0 || batch.kind[row] == 2 || batch.kind[row] == 5
                let name = names[Int(batch.resource[row])]
                tallies[name, default: Tally()].spans.add(batch.duration(row))
                if isError { tallies[name]?.errors += 1 }
                guard isRequest else { continue }
                tallies[name]?.requests.add(batch.duration(row))
                if isError { tallies[name]?.requestErrors += 1 }
            }
            return true
        }
        earliest = tallies.isEmpty ? nil : first
        return tallies.sorted { $0.key < $1.key }.map { name, tally in
            let counted = tally.requests.count > 0 ? tally.requests : tally.spans
            return ServiceSummary(
                name: name, requests: counted.count,
                errors: tally.requests.count > 0 ? tally.requestErrors : tally.errors, spans: tally.spans.count,
                p50: counted.quantile(0.5), p95: counted.quantile(0.95), p99: counted.quantile(0.99))
        }
    }
}

/// Counts durations in buckets that grow by 2^(1/16): quantiles within 4.5 % in 8 KiB, whatever the number of spans.
package struct DurationSketch: Sendable {
    private static let perDouble = 16
    private var buckets = [Int](repeating: 0, count: 64 * perDouble)
    package private(set) var count = 0

    package init() {}

    package mutating func add(_ nanoseconds: UInt64) {
        buckets[DurationSketch.bucket(nanoseconds)] += 1
        count += 1
    }

    /// The power of two and the next four bits.
    private static func bucket(_ value: UInt64) -> Int {
        guard value >= UInt64(perDouble) else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        return (exponent - 3) * perDouble + Int(value >> UInt64(exponent - 4)) - perDouble
    }

    /// The middle of a bucket.
    private static func value(_ bucket: Int) -> Double {
        if bucket < perDouble { return Double(bucket) }
        let exponent = bucket / perDouble + 3
        let step = Double(UInt64(1) << UInt64(exponent - 4))
        return (Double(bucket % perDouble + perDouble) + 0.5) * step
    }

    /// 0 where nothing was added.
    package func quantile(_ q: Double) -> Double {
        guard count > 0 else { return 0 }
        var rank = Int((q * Double(count - 1)).rounded())
        for (bucket, held) in buckets.enumerated() {
            if rank < held { return DurationSketch.value(bucket) }
            rank -= held
        }
        return 0
    }
}
