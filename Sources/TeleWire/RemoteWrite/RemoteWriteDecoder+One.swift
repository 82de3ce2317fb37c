import TeleModel

/// `prometheus.WriteRequest`: timeseries 1, metadata 3.
extension RemoteWriteDecoder {
    mutating func requestOne(_ body: borrowing Span<UInt8>) throws(WireError) {
        var reader = ProtobufReader(body.bytes)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A:
                let range = try reader.range()
                do throws(WireError) { try seriesOne(body, range) } catch { throw error.within("timeseries") }
            case 0x1A:
                var message = try reader.message()
                do throws(WireError) { try metadataOne(&message, body) } catch { throw error.within("metadata") }
            default: try reader.skip(tag)
            }
        }
    }

    /// labels 1, samples 2, exemplars 3, histograms 4: first the labels, wherever they stand.
    private mutating func seriesOne(_ body: borrowing Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        var reader = ProtobufReader(body.bytes, range)
        labels.removeAll(keepingCapacity: true)
        var samples = 0
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A: try label(body, try reader.range())
            case 0x12, 0x22:
                samples &+= 1
                try reader.skip(tag)
            default: try reader.skip(tag)
            }
        }
        guard let series = try series(body, samples: samples, at: range.lowerBound) else { return }
        reader = ProtobufReader(body.bytes, range)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x12: try sample(series, body, try reader.range(), created: 0)
            case 0x1A: try exemplarOne(series, body, try reader.range())
            case 0x22: try histogram(series, body, try reader.range(), created: 0)
            default: try reader.skip(tag)
            }
        }
    }

    /// name 1, value 2.
    private mutating func label(_ body: borrowing Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        guard labels.count <= Limits.labelsPerSeries else { return }
        var reader = ProtobufReader(body.bytes, range)
        var label = Label(name: 0..<0, value: 0..<0)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A: label.name = try reader.range()
            case 0x12: label.value = try reader.range()
            default: try reader.skip(tag)
            }
        }
        labels.append(label)
    }

    /// labels 1, value 2, timestamp 3.
    private mutating func exemplarOne(
        _ series: UInt32, _ body: borrowing Span<UInt8>, _ range: Range<Int>
    ) throws(WireError) {
        var reader = ProtobufReader(body.bytes, range)
        labels.removeAll(keepingCapacity: true)
        var (value, time) = (0.0, Int64(0))
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A: try label(body, try reader.range())
            case 0x11: value = try reader.double()
            case 0x18: time = Int64(bitPattern: try reader.varint())
            default: try reader.skip(tag)
            }
        }
        addExemplar(series: series, body, time: time, value: value)
    }

    /// type 1, metric_family_name 2, help 4, unit 5.
    private mutating func metadataOne(
        _ reader: inout ProtobufReader, _ body: borrowing Span<UInt8>
    ) throws(WireError) {
        var type: UInt32 = 0
        var (name, help, unit) = ("", "", "")
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x08: type = try reader.uint32()
            case 0x12: name = RemoteWriteDecoder.text(body, try reader.range())
            case 0x22: help = RemoteWriteDecoder.text(body, try reader.range())
            case 0x2A: unit = RemoteWriteDecoder.text(body, try reader.range())
            default: try reader.skip(tag)
            }
        }
        addMetadata(name, type: UInt8(clamping: type), help: help, unit: unit)
    }

    /// value 1, timestamp 2, start_timestamp 3 (2.0 only). `created`: of the series, where the sample says nothing.
    mutating func sample(
        _ series: UInt32, _ body: borrowing Span<UInt8>, _ range: Range<Int>, created: Int64
    ) throws(WireError) {
        var reader = ProtobufReader(body.bytes, range)
        var (value, time, started) = (0.0, Int64(0), created)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x09: value = try reader.double()
            case 0x10: time = Int64(bitPattern: try reader.varint())
            case 0x18: started = Int64(bitPattern: try reader.varint())
            default: try reader.skip(tag)
            }
        }
        guard batch.count < Limits.samplesPerRequest else {
            throw .tooLarge("more samples than a request may have (Limits.samplesPerRequest)", at: range.lowerBound)
        }
        add(series: series, time: time, value: value, started: started)
    }
}
