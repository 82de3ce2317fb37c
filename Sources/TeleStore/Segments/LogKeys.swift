internal import TeleModel

/// Logs are kept by resource and scope, each by its fingerprint, then by time.
struct LogKeys: RowKeys {
    private struct Group: Hashable {
        var resource: UInt64
        var scope: UInt64
    }

    private(set) var times: [UInt64] = []
    /// Index into ``groups``.
    private var group: [UInt32] = []
    /// Bytes of the row's texts.
    private var size: [UInt32] = []
    private var groups: [Group] = []
    private var groupIndex: [Group: UInt32] = [:]

    mutating func append(_ batch: LogBatch) {
        times.append(contentsOf: LogSignal.times(batch))
        appendGroups(batch)
        appendSizes(batch)
    }

    private mutating func appendGroups(_ batch: LogBatch) {
        let scopes = (0..<batch.core.scopes.count).map { batch.core.scopeFingerprint($0) }
        var last = (resource: UInt32.max, scope: UInt32.max, group: UInt32(0))
        for row in 0..<batch.count {
            let (resource, scope) = (batch.resource[row], batch.scope[row])
            if resource != last.resource || scope != last.scope {
                let key = Group(resource: batch.core.resources.fingerprints[Int(resource)], scope: scopes[Int(scope)])
                last = (resource, scope, index(key))
            }
            group.append(last.group)
        }
    }

    private mutating func index(_ key: Group) -> UInt32 {
        if let known = groupIndex[key] { return known }
        let index = UInt32(truncatingIfNeeded: groups.count)
        groups.append(key)
        groupIndex[key] = index
        return index
    }

    private mutating func appendSizes(_ batch: LogBatch) {
        let kinds = batch.attributes.kinds.span
        let values = batch.attributes.values.span
        let ends = batch.attributes.ends.span
        var entry = 0
        for row in 0..<batch.count {
            let body = batch.bodyValue(row)
            var bytes = body.kind.isRange ? Int(body.range.count) : 0
            while entry < Int(ends[row]) {
                let isRange = ValueKind(rawValue: kinds[entry])?.isRange ?? false
                bytes &+= isRange ? Int(ByteRange(packed: values[entry]).count) : 8
                entry &+= 1
            }
            size.append(UInt32(clamping: bytes))
        }
    }

    mutating func order() -> [UInt32] {
        let ranked = groups.indices.sorted {
            (groups[$0].resource, groups[$0].scope) < (groups[$1].resource, groups[$1].scope)
        }
        var starts = [Int](repeating: 0, count: groups.count)
        for code in group { starts[Int(code)] += 1 }
        var start = 0
        for code in ranked {
            let count = starts[code]
            starts[code] = start
            start += count
        }
        var out = [UInt32](repeating: 0, count: group.count)
        var next = starts
        for row in group.indices {
            let code = Int(group[row])
            out[next[code]] = UInt32(truncatingIfNeeded: row)
            next[code] += 1
        }
        for code in groups.indices { RowOrder.sort(&out, starts[code]..<next[code], by: times) }
        return out
    }

    func blockEnd(_ rows: [UInt32], from: Int) -> Int {
        var bytes = 0
        var end = from
        while end < rows.count, end - from < StoreLimits.logBlockRows {
            bytes += Int(size[Int(rows[end])])
            if end > from, bytes > StoreLimits.logBlockHeapBytes { break }
            end += 1
        }
        return end
    }
}

enum RowOrder {
    /// Sorts a part of row numbers by their times; rows of one time keep the order of their numbers.
    static func sort(_ rows: inout [UInt32], _ part: Range<Int>, by times: [UInt64]) {
        var isSorted = true
        var at = part.lowerBound + 1
        while at < part.upperBound {
            if times[Int(rows[at - 1])] > times[Int(rows[at])] {
                isSorted = false
                break
            }
            at += 1
        }
        if isSorted { return }
        // Pairs beside each other: the comparison then looks nowhere else.
        var pairs: [(time: UInt64, row: UInt32)] = []
        pairs.reserveCapacity(part.count)
        for place in part { pairs.append((times[Int(rows[place])], rows[place])) }
        pairs.sort { $0.time != $1.time ? $0.time < $1.time : $0.row < $1.row }
        for i in pairs.indices { rows[part.lowerBound + i] = pairs[i].row }
    }
}
