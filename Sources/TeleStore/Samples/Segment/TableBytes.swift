internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Exemplars as a section: count, then each: series position, time (zigzag varint), value (8 bytes), label bytes
/// (varint length before them).
enum ExemplarBytes {
    static func append(_ row: ExemplarRows.Row, to out: inout [UInt8]) {
        out.append(varint: UInt64(row.series))
        out.append(varint: Varint.zigzag(row.time))
        out.append(uint64: row.value.bitPattern)
        out.append(varint: row.labels.count)
        out += row.labels
    }

    static func decode(_ bytes: [UInt8], seriesCount: Int) throws(CodecError) -> [ExemplarRows.Row] {
        var reader = ByteReader(bytes.span.bytes)
        var rows: [ExemplarRows.Row] = []
        while !reader.isAtEnd {
            let series = try reader.count("series", limit: seriesCount - 1)
            let time = Varint.unzigzag(try reader.varint())
            let value = Double(bitPattern: try reader.uint64())
            let labels = try reader.bytes(
                try reader.count("label bytes", limit: min(reader.remaining, SampleLimits.exemplarLabelBytes)))
            let row = ExemplarRows.Row(
                series: UInt32(truncatingIfNeeded: series), time: time, value: value, labels: labels)
            rows.append(row)
        }
        return rows
    }
}

/// Metadata as a section: each name, unit and help as varint length and UTF-8, with the type's byte between.
enum MetadataBytes {
    static func encode(_ rows: [MetricMetadata]) -> [UInt8] {
        var out: [UInt8] = []
        for row in rows {
            out.append(row.type.rawValue)
            for text in [row.name, row.unit, row.help] {
                out.append(varint: text.utf8.count)
                out += text.utf8
            }
        }
        return out
    }

    static func decode(_ bytes: [UInt8]) throws(CodecError) -> [MetricMetadata] {
        var reader = ByteReader(bytes.span.bytes)
        var rows: [MetricMetadata] = []
        while !reader.isAtEnd {
            let type = MetricType(rawValue: try reader.byte()) ?? .unknown
            let name = try text(&reader)
            let unit = try text(&reader)
            rows.append(MetricMetadata(name: name, type: type, unit: unit, help: try text(&reader)))
        }
        return rows
    }

    private static func text(_ reader: inout ByteReader) throws(CodecError) -> String {
        let bytes = try reader.bytes(
            try reader.count("text length", limit: min(reader.remaining, SampleLimits.metadataBytes)))
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension StartTimes {
    /// Start times as a section, ordered by series: each change as series less that of the one before (varint), time,
    /// and time less start (zigzag varints).
    static func encode(_ changes: [Change]) -> [UInt8] {
        var out: [UInt8] = []
        var last: UInt32 = 0
        for change in changes {
            out.append(varint: UInt64(change.series &- last))
            out.append(varint: Varint.zigzag(change.time))
            out.append(varint: Varint.zigzag(change.time &- change.started))
            last = change.series
        }
        return out
    }

    static func decode(_ bytes: [UInt8], seriesCount: Int) throws(CodecError) -> [Change] {
        var reader = ByteReader(bytes.span.bytes)
        var changes: [Change] = []
        var series = 0
        while !reader.isAtEnd {
            series += try reader.count("series", limit: seriesCount - 1 - series)
            let time = Varint.unzigzag(try reader.varint())
            let started = time &- Varint.unzigzag(try reader.varint())
            changes.append(Change(series: UInt32(truncatingIfNeeded: series), time: time, started: started))
        }
        return changes
    }
}
