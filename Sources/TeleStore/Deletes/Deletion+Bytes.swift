internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// A selection in the file of deletions: ``Signal`` (1), first and last time (8 each; logs and spans half open), then of
/// logs and spans the resources (a flag, and their fingerprints) and conditions, of samples the matchers.
extension Deletion {
    var signal: Signal {
        switch self {
        case .logs: .logs
        case .spans: .spans
        case .samples: .samples
        }
    }

    func encode(into out: inout [UInt8]) {
        out.append(signal.rawValue)
        switch self {
        case .logs(let scan):
            out.append(uint64: scan.time.lowerBound)
            out.append(uint64: scan.time.upperBound)
            out.append(resources: scan.resources)
            out.append(varint: scan.conditions.count)
            for condition in scan.conditions { out.append(condition: condition) }
        case .spans(let scan):
            out.append(uint64: scan.time.lowerBound)
            out.append(uint64: scan.time.upperBound)
            out.append(resources: scan.resources)
            out.append(varint: scan.conditions.count)
            for condition in scan.conditions { out.append(condition: condition) }
        case .samples(let selection):
            out.append(uint64: UInt64(bitPattern: selection.time.lowerBound))
            out.append(uint64: UInt64(bitPattern: selection.time.upperBound))
            out.append(varint: selection.matchers.count)
            for matcher in selection.matchers { out.append(matcher: matcher) }
        }
    }

    init(_ reader: inout ByteReader) throws(CodecError) {
        guard let signal = Signal(rawValue: try reader.byte()) else { throw reader.error("signal") }
        let (low, high) = (try reader.uint64(), try reader.uint64())
        if signal == .samples {
            let (first, last) = (Int64(bitPattern: low), Int64(bitPattern: high))
            guard first <= last else { throw reader.error("a time range") }
            var matchers: [Matcher] = []
            for _ in 0..<(try reader.count("matchers", limit: reader.remaining)) {
                matchers.append(try reader.matcher())
            }
            self = .samples(SeriesSelection(matchers: matchers, time: first...last))
            return
        }
        guard low <= high else { throw reader.error("a time range") }
        let resources = try reader.resources()
        let count = try reader.count("conditions", limit: reader.remaining)
        if signal == .logs {
            var scan = LogScan(time: low..<high)
            scan.resources = resources
            for _ in 0..<count { scan.conditions.append(try reader.logCondition()) }
            self = .logs(scan)
        } else {
            var scan = SpanScan(time: low..<high)
            scan.resources = resources
            for _ in 0..<count { scan.conditions.append(try reader.spanCondition()) }
            self = .spans(scan)
        }
    }
}
