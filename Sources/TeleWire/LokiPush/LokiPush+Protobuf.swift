import TeleModel

extension LokiPush {
    static func protobuf(_ reader: inout ProtobufReader, _ builder: inout LokiPushBuilder) throws(WireError) {
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x0A else {
                try reader.skip(tag)
                continue
            }
            var message = try reader.message()
            do throws(WireError) { try stream(&message, &builder) } catch { throw error.within("streams") }
        }
    }

    private static func stream(
        _ reader: inout ProtobufReader, _ builder: inout LokiPushBuilder
    ) throws(WireError) {
        let start = reader.at
        var labels: [(name: String, value: String)] = []
        builder.beginStream()
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A:
                let range = try reader.range()
                let text = reader.bytes.extracting(range).withUnsafeBytes { Array($0) }
                do throws(WireError) { labels = try LokiPushLabels.parse(text, at: range.lowerBound) } catch {
                    throw error.within("labels")
                }
            case 0x12:
                var message = try reader.message()
                do throws(WireError) { try entry(&message, &builder) } catch { throw error.within("entries") }
            default: try reader.skip(tag)
            }
        }
        try builder.endStream(labels, at: start)
    }

    private static func entry(_ reader: inout ProtobufReader, _ builder: inout LokiPushBuilder) throws(WireError) {
        let start = reader.at
        var time: UInt64 = 0
        var line: [UInt8] = []
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A:
                var message = try reader.message()
                time = try timestamp(&message)
            case 0x12:
                let range = try reader.range()
                line = reader.bytes.extracting(range).withUnsafeBytes { Array($0) }
            case 0x1A:
                var message = try reader.message()
                let (name, value) = try pair(&message)
                try builder.metadata(name, value, at: message.at)
            default: try reader.skip(tag)
            }
        }
        try builder.add(time: time, line: line, at: start)
    }

    /// A `google.protobuf.Timestamp`; before 1970 counts as not set.
    private static func timestamp(_ reader: inout ProtobufReader) throws(WireError) -> UInt64 {
        let start = reader.at
        var seconds: UInt64 = 0
        var nanos: UInt64 = 0
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x08: seconds = try reader.varint()
            case 0x10: nanos = try reader.varint()
            default: try reader.skip(tag)
            }
        }
        guard seconds < 9_000_000_000, nanos < 1_000_000_000 else {
            throw .malformed("the time of an entry is out of range", at: start)
        }
        return seconds &* 1_000_000_000 &+ nanos
    }

    private static func pair(_ reader: inout ProtobufReader) throws(WireError) -> (String, String) {
        var name = ""
        var value = ""
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x0A || tag == 0x12 else {
                try reader.skip(tag)
                continue
            }
            let range = try reader.range()
            let text = reader.bytes.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            if tag == 0x0A { name = text } else { value = text }
        }
        return (name, value)
    }
}
