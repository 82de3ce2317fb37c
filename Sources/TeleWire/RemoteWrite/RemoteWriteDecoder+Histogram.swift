import TeleModel

/// Native histograms, the same in both versions: count 1 or 2, sum 3, schema 4, zero_threshold 5, zero_count 6 or 7,
/// negative spans 8, deltas 9, counts 10, positive spans 11, deltas 12, counts 13, reset_hint 14, timestamp 15,
/// custom_values 16, start_timestamp 17.
extension RemoteWriteDecoder {
    /// One side's buckets as they are sent: counts as differences (integers) or as they are (floats).
    private struct Side {
        var runs: [NativeHistogram.Run] = []
        var deltas: [Int64] = []
        var counts: [Double] = []

        /// The counts, if they are as many as the runs have buckets, and no index leaves 32 bits.
        func resolved() -> [Double]? {
            var index = 0
            var buckets = 0
            for (i, run) in runs.enumerated() {
                if i > 0, run.offset < 0 { return nil }
                buckets += Int(run.length)
                index += Int(run.offset) + Int(run.length)
                if buckets > Limits.bucketsPerHistogram || index > Int(Int32.max) { return nil }
            }
            if deltas.isEmpty { return counts.count == buckets ? counts : nil }
            guard deltas.count == buckets, counts.isEmpty else { return nil }
            var out: [Double] = []
            out.reserveCapacity(buckets)
            var total: Int64 = 0
            for delta in deltas {
                let (next, overflow) = total.addingReportingOverflow(delta)
                if overflow || next < 0 { return nil }
                total = next
                out.append(Double(total))
            }
            return out
        }
    }

    mutating func histogram(
        _ series: UInt32, _ body: borrowing Span<UInt8>, _ range: Range<Int>, created: Int64
    ) throws(WireError) {
        var reader = ProtobufReader(body.bytes, range)
        var out = NativeHistogram()
        var (positive, negative) = (Side(), Side())
        var (time, started) = (Int64(0), created)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x08: out.count = Double(try reader.varint())
            case 0x11: out.count = try reader.double()
            case 0x19: out.sum = try reader.double()
            case 0x20: out.schema = try reader.sint32()
            case 0x29: out.zeroThreshold = try reader.double()
            case 0x30: out.zeroCount = Double(try reader.varint())
            case 0x39: out.zeroCount = try reader.double()
            case 0x42: try span(&reader, &negative)
            case 0x48, 0x4A: try deltas(&reader, tag & 7, &negative)
            case 0x51, 0x52: try doubles(&reader, tag & 7, &negative.counts)
            case 0x5A: try span(&reader, &positive)
            case 0x60, 0x62: try deltas(&reader, tag & 7, &positive)
            case 0x69, 0x6A: try doubles(&reader, tag & 7, &positive.counts)
            case 0x70: out.resetHint = UInt8(min(try reader.varint(), 4)) % 4
            case 0x78: time = Int64(bitPattern: try reader.varint())
            case 0x81, 0x82: try doubles(&reader, tag & 7, &out.bounds)
            case 0x88: started = Int64(bitPattern: try reader.varint())
            default: try reader.skip(tag)
            }
        }
        guard batch.count < Limits.samplesPerRequest else {
            throw .tooLarge("more samples than a request may have (Limits.samplesPerRequest)", at: range.lowerBound)
        }
        guard let positiveCounts = positive.resolved(), let negativeCounts = negative.resolved() else {
            return refuse(1, "a histogram's spans and buckets do not match")
        }
        (out.positiveRuns, out.positive) = (positive.runs, positiveCounts)
        (out.negativeRuns, out.negative) = (negative.runs, negativeCounts)
        if let problem = RemoteWriteDecoder.problem(out) { return refuse(1, problem) }
        guard accepts(time) else { return refuse(1, "a histogram's time is outside of what is retained") }
        var bytes: [UInt8] = []
        out.encode(into: &bytes)
        guard batch.heap.count &+ bytes.count <= Int(UInt32.max) / 2 else {
            throw .tooLarge("more histograms than a request may have", at: range.lowerBound)
        }
        batch.histogramSeries.append(series)
        batch.histogramTime.append(time)
        batch.histogramStarted.append(started)
        batch.histogram.append(batch.heap.append(bytes))
    }

    /// What is wrong with a histogram as a whole.
    private static func problem(_ histogram: NativeHistogram) -> String? {
        if histogram.schema == -53 {
            if !histogram.negative.isEmpty || histogram.zeroCount != 0 {
                return "a histogram with custom bounds has negative or zero buckets"
            }
            for (a, b) in zip(histogram.bounds, histogram.bounds.dropFirst()) where !(a < b) {
                return "a histogram's custom bounds do not grow"
            }
            // The last bucket is open.
            var end = 0
            for run in histogram.positiveRuns { end += Int(run.offset) + Int(run.length) }
            let starts = histogram.positiveRuns.first.map { Int($0.offset) } ?? 0
            return end > histogram.bounds.count + 1 || starts < 0 ? "a histogram has more buckets than bounds" : nil
        }
        guard histogram.schema >= -4, histogram.schema <= 8 else { return "a histogram's schema is not known" }
        return histogram.bounds.isEmpty ? nil : "an exponential histogram has custom bounds"
    }

    /// offset 1, length 2.
    private func span(_ reader: inout ProtobufReader, _ side: inout Side) throws(WireError) {
        let start = reader.at
        var message = try reader.message()
        var run = NativeHistogram.Run(offset: 0, length: 0)
        while !message.isAtEnd {
            let tag = try message.tag()
            switch tag {
            case 0x08: run.offset = try message.sint32()
            case 0x10: run.length = try message.uint32()
            default: try message.skip(tag)
            }
        }
        guard side.runs.count < Limits.bucketsPerHistogram else {
            throw .tooLarge("more spans than a histogram may have (Limits.bucketsPerHistogram)", at: start)
        }
        side.runs.append(run)
    }

    private func deltas(
        _ reader: inout ProtobufReader, _ wireType: UInt32, _ side: inout Side
    ) throws(WireError) {
        if wireType == 0 {
            side.deltas.append(try reader.sint64())
        } else {
            var packed = try reader.message()
            while !packed.isAtEnd { side.deltas.append(try packed.sint64()) }
        }
        guard side.deltas.count <= Limits.bucketsPerHistogram else {
            throw .tooLarge("more buckets than a histogram may have (Limits.bucketsPerHistogram)", at: reader.at)
        }
    }

    private func doubles(
        _ reader: inout ProtobufReader, _ wireType: UInt32, _ out: inout [Double]
    ) throws(WireError) {
        if wireType == 1 {
            out.append(try reader.double())
        } else {
            var packed = try reader.message()
            while !packed.isAtEnd { out.append(try packed.double()) }
        }
        guard out.count <= Limits.bucketsPerHistogram else {
            throw .tooLarge("more buckets than a histogram may have (Limits.bucketsPerHistogram)", at: reader.at)
        }
    }
}
