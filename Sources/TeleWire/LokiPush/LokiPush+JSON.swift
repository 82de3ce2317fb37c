import TeleModel

extension LokiPush {
    static func json(_ reader: inout JSONReader, _ builder: inout LokiPushBuilder) throws(WireError) {
        try reader.expect(0x7b, "an object is expected")
        try members(&reader) { (reader: inout JSONReader, name: String) throws(WireError) in
            guard name == "streams", reader.peek() == 0x5b else { return try reader.skip() }
            try elements(&reader) { (reader: inout JSONReader, _) throws(WireError) in
                try stream(&reader, &builder)
            }
        }
        try reader.end()
    }

    private static func stream(_ reader: inout JSONReader, _ builder: inout LokiPushBuilder) throws(WireError) {
        let start = reader.at
        var labels: [(name: String, value: String)] = []
        builder.beginStream()
        try reader.expect(0x7b, "a stream is an object")
        try members(&reader) { (reader: inout JSONReader, name: String) throws(WireError) in
            switch name {
            case "stream":
                try reader.expect(0x7b, "the labels of a stream are an object")
                try members(&reader) { (reader: inout JSONReader, name: String) throws(WireError) in
                    let value = try text(&reader)
                    guard LokiPushLabels.isName(name) else {
                        throw .malformed("a label name has a character that is not allowed", at: reader.at)
                    }
                    guard labels.count < Limits.labelsPerSeries else {
                        throw .tooLarge("more labels than a stream may have (Limits.labelsPerSeries)", at: reader.at)
                    }
                    labels.append((name, String(decoding: value, as: UTF8.self)))
                }
            case "values" where reader.peek() == 0x5b:
                try elements(&reader) { (reader: inout JSONReader, _) throws(WireError) in
                    try entry(&reader, &builder)
                }
            default: try reader.skip()
            }
        }
        try builder.endStream(labels, at: start)
    }

    /// `["1700000000000000000", "line", {"name": "value"}]`.
    private static func entry(_ reader: inout JSONReader, _ builder: inout LokiPushBuilder) throws(WireError) {
        let start = reader.at
        var time: UInt64?
        var line: [UInt8]?
        try elements(&reader) { (reader: inout JSONReader, index: Int) throws(WireError) in
            switch index {
            case 0:
                let digits = try text(&reader)
                guard let value = Int64(String(decoding: digits, as: UTF8.self)), value >= 0 else {
                    throw .malformed("the time of an entry is no number of nanoseconds", at: reader.at)
                }
                time = UInt64(value)
            case 1: line = try text(&reader)
            case 2:
                try reader.expect(0x7b, "structured metadata is an object")
                try members(&reader) { (reader: inout JSONReader, name: String) throws(WireError) in
                    let value = try text(&reader)
                    try builder.metadata(name, String(decoding: value, as: UTF8.self), at: reader.at)
                }
            default: throw .malformed("an entry has more than three elements", at: reader.at)
            }
        }
        guard let time, let line else { throw .malformed("an entry needs a time and a line", at: start) }
        try builder.add(time: time, line: line, at: start)
    }

    private static func text(_ reader: inout JSONReader) throws(WireError) -> [UInt8] {
        let found = try reader.string()
        var out: [UInt8] = []
        try reader.append(found, to: &out)
        return out
    }

    /// The members of an object whose brace is taken.
    private static func members(
        _ reader: inout JSONReader, _ body: (inout JSONReader, String) throws(WireError) -> Void
    ) throws(WireError) {
        if reader.take(0x7d) { return }
        while true {
            let name = String(decoding: try text(&reader), as: UTF8.self)
            try reader.expect(0x3a, "a colon is expected")
            try body(&reader, name)
            if reader.take(0x7d) { return }
            try reader.expect(0x2c, "a comma or a closing brace is expected")
        }
    }

    private static func elements(
        _ reader: inout JSONReader, _ body: (inout JSONReader, Int) throws(WireError) -> Void
    ) throws(WireError) {
        try reader.expect(0x5b, "an array is expected")
        if reader.take(0x5d) { return }
        var index = 0
        while true {
            try body(&reader, index)
            index &+= 1
            if reader.take(0x5d) { return }
            try reader.expect(0x2c, "a comma or a closing bracket is expected")
        }
    }
}
