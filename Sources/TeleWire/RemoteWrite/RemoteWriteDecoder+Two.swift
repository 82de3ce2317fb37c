import TeleModel

/// `io.prometheus.write.v2.Request`: symbols 4, timeseries 5.
extension RemoteWriteDecoder {
    mutating func requestTwo(_ body: borrowing Span<UInt8>) throws(WireError) {
        var symbols: [Range<Int>] = []
        var reader = ProtobufReader(body.bytes)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            // A symbol takes two bytes at least, so the body bounds how many there are.
            if tag == 0x22 { symbols.append(try reader.range()) } else { try reader.skip(tag) }
        }
        if let first = symbols.first, !first.isEmpty {
            throw .malformed("symbols: the first one must be empty", at: first.lowerBound)
        }
        reader = ProtobufReader(body.bytes)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x2A else {
                try reader.skip(tag)
                continue
            }
            let range = try reader.range()
            do throws(WireError) { try seriesTwo(body, range, symbols) } catch { throw error.within("timeseries") }
        }
    }

    /// labels_refs 1, samples 2, histograms 3, exemplars 4, metadata 5, created_timestamp 6.
    private mutating func seriesTwo(
        _ body: borrowing Span<UInt8>, _ range: Range<Int>, _ symbols: [Range<Int>]
    ) throws(WireError) {
        var reader = ProtobufReader(body.bytes, range)
        var references: [UInt32] = []
        var samples = 0
        var created: Int64 = 0
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x08, 0x0A: try take(&reader, tag, &references)
            case 0x12, 0x1A:
                samples &+= 1
                try reader.skip(tag)
            case 0x30: created = Int64(bitPattern: try reader.varint())
            default: try reader.skip(tag)
            }
        }
        try resolve(references, symbols, at: range.lowerBound)
        guard let series = try series(body, samples: samples, at: range.lowerBound) else { return }
        let family = self.labels.first { RemoteWriteDecoder.isMetricName(body, $0.name) }?.value
        reader = ProtobufReader(body.bytes, range)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x12: try sample(series, body, try reader.range(), created: created)
            case 0x1A: try histogram(series, body, try reader.range(), created: created)
            case 0x22: try exemplarTwo(series, body, try reader.range(), symbols)
            case 0x2A: try metadataTwo(family, body, try reader.range(), symbols)
            default: try reader.skip(tag)
            }
        }
    }

    /// A packed or single reference.
    private func take(
        _ reader: inout ProtobufReader, _ tag: UInt32, _ references: inout [UInt32]
    ) throws(WireError) {
        if tag == 0x08 {
            references.append(try reader.uint32())
            return
        }
        var packed = try reader.message()
        while !packed.isAtEnd { references.append(try packed.uint32()) }
    }

    private mutating func resolve(
        _ references: [UInt32], _ symbols: [Range<Int>], at offset: Int
    ) throws(WireError) {
        labels.removeAll(keepingCapacity: true)
        guard references.count % 2 == 0 else { throw .malformed("labels_refs: a name without a value", at: offset) }
        for i in stride(from: 0, to: references.count, by: 2) {
            labels.append(
                Label(
                    name: try symbol(references[i], symbols, at: offset),
                    value: try symbol(references[i + 1], symbols, at: offset)))
            if labels.count > Limits.labelsPerSeries { return }
        }
    }

    private func symbol(_ index: UInt32, _ symbols: [Range<Int>], at offset: Int) throws(WireError) -> Range<Int> {
        guard Int(index) < symbols.count else {
            throw .malformed("a reference to a symbol that is not there", at: offset)
        }
        return symbols[Int(index)]
    }

    /// labels_refs 1, value 2, timestamp 3.
    private mutating func exemplarTwo(
        _ series: UInt32, _ body: borrowing Span<UInt8>, _ range: Range<Int>, _ symbols: [Range<Int>]
    ) throws(WireError) {
        var reader = ProtobufReader(body.bytes, range)
        var references: [UInt32] = []
        var (value, time) = (0.0, Int64(0))
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x08, 0x0A: try take(&reader, tag, &references)
            case 0x11: value = try reader.double()
            case 0x18: time = Int64(bitPattern: try reader.varint())
            default: try reader.skip(tag)
            }
        }
        try resolve(references, symbols, at: range.lowerBound)
        addExemplar(series: series, body, time: time, value: value)
    }

    /// type 1, help_ref 3, unit_ref 4; it stands at each series, and is of the family.
    private mutating func metadataTwo(
        _ family: Range<Int>?, _ body: borrowing Span<UInt8>, _ range: Range<Int>, _ symbols: [Range<Int>]
    ) throws(WireError) {
        var reader = ProtobufReader(body.bytes, range)
        var (type, help, unit) = (UInt32(0), UInt32(0), UInt32(0))
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x08: type = try reader.uint32()
            case 0x18: help = try reader.uint32()
            case 0x20: unit = try reader.uint32()
            default: try reader.skip(tag)
            }
        }
        guard let family, type != 0 || help != 0 || unit != 0 else { return }
        var name = RemoteWriteDecoder.text(body, family)
        let kind = MetricType(rawValue: UInt8(clamping: type)) ?? .unknown
        if kind == .histogram || kind == .summary || kind == .gaugeHistogram {
            for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
                name.removeLast(suffix.count)
                break
            }
        }
        addMetadata(
            name, type: kind.rawValue,
            help: RemoteWriteDecoder.text(body, try symbol(help, symbols, at: range.lowerBound)),
            unit: RemoteWriteDecoder.text(body, try symbol(unit, symbols, at: range.lowerBound)))
    }
}
