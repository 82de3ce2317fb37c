internal import TeleModel

/// Trace and span ids. Trace ids: which rows have one, then for each of these 0 for an id that is new or 1 + how many
/// distinct ids back it was seen, then the distinct ids' high and low halves. Span ids: which rows have one, the ids.
enum IdentifierColumn {
    static func encode(_ high: [UInt64], _ low: [UInt64], into out: inout [UInt8]) -> (high: [UInt64], low: [UInt64]) {
        let rows = high.count
        var presence: [UInt64] = []
        presence.reserveCapacity(rows)
        var codes: [UInt64] = []
        var highs: [UInt64] = []
        var lows: [UInt64] = []
        var capacity = 1024
        while capacity < rows * 2 { capacity *= 2 }
        var slots = [UInt32](repeating: 0, count: capacity)
        for row in 0..<rows {
            guard high[row] | low[row] != 0 else {
                presence.append(0)
                continue
            }
            presence.append(1)
            var slot = Int(truncatingIfNeeded: Hash64.combine(high[row], low[row])) & (capacity &- 1)
            var code: UInt64 = 0
            while slots[slot] != 0 {
                let known = Int(slots[slot] &- 1)
                if highs[known] == high[row], lows[known] == low[row] {
                    code = UInt64(highs.count - known)
                    break
                }
                slot = (slot &+ 1) & (capacity &- 1)
            }
            if code == 0 {
                highs.append(high[row])
                lows.append(low[row])
                slots[slot] = UInt32(highs.count)
            }
            codes.append(code)
        }
        IntColumn.encode(presence, into: &out)
        IntColumn.encode(codes, into: &out)
        out.append(varint: highs.count)
        IntColumn.encode(highs, into: &out)
        IntColumn.encode(lows, into: &out)
        return (highs, lows)
    }

    static func decode(
        _ reader: inout ByteReader, rows: Int
    ) throws(CodecError) -> (high: [UInt64], low: [UInt64]) {
        let (of, highs, lows) = try decodeDistinct(&reader, rows: rows)
        var high = [UInt64](repeating: 0, count: rows)
        var low = high
        for row in 0..<rows where of[row] >= 0 {
            high[row] = highs[Int(of[row])]
            low[row] = lows[Int(of[row])]
        }
        return (high, low)
    }

    /// The same of the rows at `places` alone (rising; nil: all).
    static func decode(
        _ reader: inout ByteReader, rows: Int, places: [Int]?
    ) throws(CodecError) -> (high: [UInt64], low: [UInt64]) {
        guard let places else { return try decode(&reader, rows: rows) }
        let (of, distinct) = try decodeCodes(&reader, rows: rows)
        var wanted: [Int] = []
        for place in places where of[place] >= 0 { wanted.append(Int(of[place])) }
        let indexes = Array(Set(wanted)).sorted()
        let highs = try IntColumn.decode(&reader, count: distinct, places: indexes)
        let lows = try IntColumn.decode(&reader, count: distinct, places: indexes)
        var known: [Int: Int] = [:]
        for (place, index) in indexes.enumerated() { known[index] = place }
        var out: (high: [UInt64], low: [UInt64]) = ([], [])
        for place in places {
            let at = known[Int(of[place])]
            out.high.append(at.map { highs[$0] } ?? 0)
            out.low.append(at.map { lows[$0] } ?? 0)
        }
        return out
    }

    /// For each row the index of its id among the distinct ones, or -1; and these.
    static func decodeDistinct(
        _ reader: inout ByteReader, rows: Int
    ) throws(CodecError) -> (of: [Int32], highs: [UInt64], lows: [UInt64]) {
        let (of, distinct) = try decodeCodes(&reader, rows: rows)
        let highs = try IntColumn.decode(&reader, count: distinct)
        return (of, highs, try IntColumn.decode(&reader, count: distinct))
    }

    /// The rows that have this id, rising. Stops as soon as it is sure that there are none.
    static func rows(of trace: TraceID, _ reader: inout ByteReader, rows: Int) throws(CodecError) -> [Int] {
        let (of, distinct) = try decodeCodes(&reader, rows: rows)
        if trace.isNone { return of.indices.filter { of[$0] < 0 } }
        var highs = reader
        try IntColumn.skip(&reader, count: distinct)
        let lows = try IntColumn.decode(&reader, count: distinct)
        var indexes = lows.indices.filter { lows[$0] == trace.low }
        if indexes.isEmpty { return [] }
        let found = try IntColumn.decode(&highs, count: distinct, places: indexes)
        indexes = indexes.indices.filter { found[$0] == trace.high }.map { indexes[$0] }
        let wanted = Set(indexes.map { Int32(truncatingIfNeeded: $0) })
        return wanted.isEmpty ? [] : of.indices.filter { wanted.contains(of[$0]) }
    }

    /// For each row the index of its id among the distinct ones, or -1; and how many of these there are. The reader
    /// stands before them.
    private static func decodeCodes(
        _ reader: inout ByteReader, rows: Int
    ) throws(CodecError) -> (of: [Int32], distinct: Int) {
        let (presence, present) = try decodePresence(&reader, rows: rows)
        let codes = try IntColumn.decode(&reader, count: present)
        let distinct = try reader.count("number of ids", limit: present)
        var of = [Int32](repeating: -1, count: rows)
        var next = 0
        var seen = 0
        for row in 0..<rows where presence[row] != 0 {
            let code = codes[next]
            next &+= 1
            if code == 0 { seen &+= 1 }
            guard seen <= distinct, code <= UInt64(seen) else { throw reader.error("id that was never stated") }
            // 0 and 1 both mean the last one that was stated.
            of[row] = Int32(truncatingIfNeeded: code == 0 ? seen - 1 : seen - Int(code))
        }
        return (of, distinct)
    }

    /// Values most of which may be 0.
    static func encode(sparse values: [UInt64], into out: inout [UInt8]) {
        let presence: [UInt64] = values.map { $0 == 0 ? 0 : 1 }
        IntColumn.encode(presence, into: &out)
        IntColumn.encode(values.filter { $0 != 0 }, into: &out)
    }

    static func decodeSparse(
        _ reader: inout ByteReader, rows: Int, places: [Int]?
    ) throws(CodecError) -> [UInt64] {
        let (presence, present) = try decodePresence(&reader, rows: rows)
        if let places {
            // Where each wanted row's value stands among those that are there.
            var indexes: [Int] = []
            var row = 0
            var seen = 0
            for place in places {
                while row < place {
                    if presence[row] != 0 { seen &+= 1 }
                    row &+= 1
                }
                if presence[place] != 0 { indexes.append(seen) }
            }
            var values = try IntColumn.decode(&reader, count: present, places: indexes)[...]
            return places.map { presence[$0] != 0 ? values.popFirst() ?? 0 : 0 }
        }
        let values = try IntColumn.decode(&reader, count: present)
        var out = [UInt64](repeating: 0, count: rows)
        var next = 0
        for row in 0..<rows where presence[row] != 0 {
            out[row] = values[next]
            next += 1
        }
        return out
    }

    private static func decodePresence(_ reader: inout ByteReader, rows: Int) throws(CodecError) -> ([UInt64], Int) {
        let presence = try IntColumn.decode(&reader, count: rows)
        var present = 0
        for flag in presence where flag != 0 { present += 1 }
        return (presence, present)
    }

    /// Parents: 0 none, 1 a span that is not in the block (its id follows in a list), else 2 + zigzag distance in rows.
    static func encode(parents: [UInt64], spans: [UInt64], into out: inout [UInt8]) {
        let rows = spans.count
        var capacity = 1024
        while capacity < rows * 2 { capacity *= 2 }
        var slots = [UInt32](repeating: 0, count: capacity)
        for row in 0..<rows {
            var slot = Int(truncatingIfNeeded: Hash64.combine(7, spans[row])) & (capacity &- 1)
            // Ids that are there twice are entered once, or many equal ones would make one long chain.
            while slots[slot] != 0, spans[Int(slots[slot] &- 1)] != spans[row] { slot = (slot &+ 1) & (capacity &- 1) }
            if slots[slot] == 0 { slots[slot] = UInt32(row + 1) }
        }
        var codes: [UInt64] = []
        codes.reserveCapacity(rows)
        var others: [UInt64] = []
        for row in 0..<rows {
            let parent = parents[row]
            if parent == 0 {
                codes.append(0)
                continue
            }
            var slot = Int(truncatingIfNeeded: Hash64.combine(7, parent)) & (capacity &- 1)
            var code: UInt64 = 1
            while slots[slot] != 0 {
                let candidate = Int(slots[slot] &- 1)
                if spans[candidate] == parent {
                    code = 2 &+ Varint.zigzag(Int64(row - candidate))
                    break
                }
                slot = (slot &+ 1) & (capacity &- 1)
            }
            codes.append(code)
            if code == 1 { others.append(parent) }
        }
        IntColumn.encode(codes, into: &out)
        IntColumn.encode(others, into: &out)
    }

    /// Span ids and parents of the rows at `places` (rising) alone.
    static func decodeSpans(
        _ reader: inout ByteReader, rows: Int, places: [Int]
    ) throws(CodecError) -> (spans: [UInt64], parents: [UInt64]) {
        var ids = reader
        try IntColumn.skip(&reader, count: rows)
        let codes = try IntColumn.decode(&reader, count: rows)
        // Where each absent parent stands among those, and which rows' ids are looked at.
        var absent = 0
        var wanted = Set(places)
        var parentRows: [Int] = []
        var row = 0
        for place in places {
            while row < place {
                if codes[row] == 1 { absent &+= 1 }
                row &+= 1
            }
            switch codes[place] {
            case 0: parentRows.append(-1)
            case 1: parentRows.append(-2 - absent)
            default:
                let parent = Int64(place).subtractingReportingOverflow(Varint.unzigzag(codes[place] - 2))
                guard !parent.overflow, parent.partialValue >= 0, parent.partialValue < Int64(rows) else {
                    throw reader.error("parent outside the block")
                }
                wanted.insert(Int(parent.partialValue))
                parentRows.append(Int(parent.partialValue))
            }
        }
        while row < rows {
            if codes[row] == 1 { absent &+= 1 }
            row &+= 1
        }
        let others = try IntColumn.decode(&reader, count: absent)
        let read = wanted.sorted()
        let values = try IntColumn.decode(&ids, count: rows, places: read)
        var known: [Int: UInt64] = [:]
        known.reserveCapacity(read.count)
        for (place, value) in zip(read, values) { known[place] = value }
        return (
            places.map { known[$0] ?? 0 },
            parentRows.map { $0 == -1 ? 0 : $0 < 0 ? others[-2 - $0] : known[$0] ?? 0 }
        )
    }

    static func decodeParents(_ reader: inout ByteReader, spans: [UInt64]) throws(CodecError) -> [UInt64] {
        let codes = try IntColumn.decode(&reader, count: spans.count)
        var absent = 0
        for code in codes where code == 1 { absent += 1 }
        let others = try IntColumn.decode(&reader, count: absent)
        var out: [UInt64] = []
        out.reserveCapacity(codes.count)
        var next = 0
        for row in codes.indices {
            switch codes[row] {
            case 0: out.append(0)
            case 1:
                out.append(others[next])
                next += 1
            default:
                let parent = Int64(row).subtractingReportingOverflow(Varint.unzigzag(codes[row] - 2))
                guard !parent.overflow, parent.partialValue >= 0, parent.partialValue < Int64(spans.count) else {
                    throw reader.error("parent outside the block")
                }
                out.append(spans[Int(parent.partialValue)])
            }
        }
        return out
    }
}
