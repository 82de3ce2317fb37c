internal import TeleModel

/// The times of a log block's rows and their resources, which come in runs.
struct LogTimes: Sendable {
    private(set) var time: [UInt64]
    /// Whether a row has no time but the one it was observed at.
    private(set) var hasUnset = false
    /// One more than the greatest resource.
    private(set) var resourceLimit = 0
    /// Run `i` has rows up to `ends[i]`.
    private var ends: [Int] = []
    private var heads: [UInt32] = []
    /// Where the distances to the observed times begin within the page.
    private let observedAt: Int

    init(_ page: [UInt8], rows: Int) throws(CodecError) {
        var reader = ByteReader(page.span.bytes)
        let resource = try IntColumn.decodeIndexes(&reader, count: rows, below: Limits.rowsPerBlock)
        for row in resource.indices where row == 0 || resource[row] != resource[row - 1] {
            if row > 0 { ends.append(row) }
            heads.append(resource[row])
            resourceLimit = max(resourceLimit, Int(resource[row]) + 1)
        }
        if rows > 0 { ends.append(rows) }
        let jumps = try IntColumn.decode(&reader, count: max(0, heads.count - 1))
        time = try IntColumn.decode(&reader, count: rows)
        observedAt = reader.offset
        var sum: UInt64 = 0
        for run in heads.indices {
            if run > 0 { sum &+= jumps[run - 1] }
            for row in (run == 0 ? 0 : ends[run - 1])..<ends[run] {
                time[row] &+= sum
                if time[row] == 0 { hasUnset = true }
            }
        }
    }

    /// In memory.
    var byteCount: Int { time.count * 8 + heads.count * 12 + 64 }

    /// Of all rows, or of those with these rising numbers.
    func resources(_ rows: [Int]?) -> [UInt32] {
        var out: [UInt32] = []
        var run = 0
        if let rows {
            out.reserveCapacity(rows.count)
            for row in rows {
                while row >= ends[run] { run += 1 }
                out.append(heads[run])
            }
            return out
        }
        out.reserveCapacity(time.count)
        var start = 0
        for run in heads.indices {
            out.append(contentsOf: repeatElement(heads[run], count: ends[run] - start))
            start = ends[run]
        }
        return out
    }

    func observed(_ page: [UInt8], _ rows: [Int]?) throws(CodecError) -> [UInt64] {
        var reader = ByteReader(page.span.bytes.extracting(observedAt..<page.count))
        var observed = try IntColumn.decode(&reader, count: time.count, places: rows)
        if let rows {
            for i in observed.indices { observed[i] &+= time[rows[i]] }
        } else {
            for row in observed.indices { observed[row] &+= time[row] }
        }
        return observed
    }
}
