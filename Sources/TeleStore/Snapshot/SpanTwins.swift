internal import TeleModel

/// Finds spans that were sent more than once: the same in every column.
enum SpanTwins {
    /// By start, without those that equal an earlier one.
    static func sorted(_ batch: SpanBatch) -> SpanBatch {
        let start = batch.start
        var isSorted = true
        for row in start.indices.dropFirst() where start[row] < start[row - 1] { isSorted = false }
        let hasTwins = mayHaveTwins(batch.span)
        if isSorted, !hasTwins { return batch }
        let order = start.indices.sorted { start[$0] != start[$1] ? start[$0] < start[$1] : $0 < $1 }
        var rows = SpanRows()
        rows.append(batch, rows: hasTwins ? firsts(of: batch, in: order) : order)
        return rows.finish()
    }

    /// So few are compared each with each.
    private static let few = 24

    /// Spans alike in ids and times that one is compared with: thousands of them are no accident.
    private static let most = 16

    private static func mayHaveTwins(_ spans: [UInt64]) -> Bool {
        if spans.count > few { return Set(spans).count < spans.count }
        for i in spans.indices { for j in 0..<i where spans[i] == spans[j] { return true } }
        return false
    }

    /// The rows, in the order given, without those that equal an earlier one.
    private static func firsts(of batch: SpanBatch, in order: [Int]) -> [Int] {
        var seen: [UInt64: [Int]] = [:]
        var kept: [Int] = []
        for row in order {
            let key = Hash64.combine(
                Hash64.combine(batch.span[row], batch.parent[row]), Hash64.combine(batch.start[row], batch.end[row]))
            let alike = seen[key, default: []]
            if alike.suffix(most).contains(where: { areEqual(batch, $0, row) }) { continue }
            seen[key, default: []].append(row)
            kept.append(row)
        }
        return kept
    }

    private static func areEqual(_ batch: SpanBatch, _ a: Int, _ b: Int) -> Bool {
        guard batch.start[a] == batch.start[b], batch.end[a] == batch.end[b], batch.parent[a] == batch.parent[b],
            batch.resource[a] == batch.resource[b], batch.scope[a] == batch.scope[b], batch.kind[a] == batch.kind[b],
            batch.statusCode[a] == batch.statusCode[b], batch.flags[a] == batch.flags[b],
            batch.droppedAttributes[a] == batch.droppedAttributes[b],
            batch.droppedEvents[a] == batch.droppedEvents[b], batch.droppedLinks[a] == batch.droppedLinks[b],
            text(batch, batch.name[a], batch.name[b]), text(batch, batch.statusMessage[a], batch.statusMessage[b]),
            text(batch, batch.traceState[a], batch.traceState[b]),
            attributes(batch, batch.attributes, a, b)
        else { return false }
        return events(batch, a, b) && links(batch, a, b)
    }

    private static func events(_ batch: SpanBatch, _ a: Int, _ b: Int) -> Bool {
        let table = batch.events
        let (mine, others) = (table.rows(of: a), table.rows(of: b))
        guard mine.count == others.count else { return false }
        for (x, y) in zip(mine, others) {
            guard table.time[x] == table.time[y], table.droppedAttributes[x] == table.droppedAttributes[y],
                text(batch, table.name[x], table.name[y]), attributes(batch, table.attributes, x, y)
            else { return false }
        }
        return true
    }

    private static func links(_ batch: SpanBatch, _ a: Int, _ b: Int) -> Bool {
        let table = batch.links
        let (mine, others) = (table.rows(of: a), table.rows(of: b))
        guard mine.count == others.count else { return false }
        for (x, y) in zip(mine, others) {
            guard table.traceHigh[x] == table.traceHigh[y], table.traceLow[x] == table.traceLow[y],
                table.span[x] == table.span[y], table.flags[x] == table.flags[y],
                table.droppedAttributes[x] == table.droppedAttributes[y],
                text(batch, table.traceState[x], table.traceState[y]), attributes(batch, table.attributes, x, y)
            else { return false }
        }
        return true
    }

    private static func text(_ batch: SpanBatch, _ a: ByteRange, _ b: ByteRange) -> Bool {
        a == b || batch.core.heap.equals(a, batch.core.heap.bytes.span.extracting(b.range))
    }

    private static func attributes(_ batch: SpanBatch, _ table: AttributeTable, _ a: Int, _ b: Int) -> Bool {
        let (mine, others) = (table.entries(of: a), table.entries(of: b))
        return mine.count == others.count
            && zip(mine, others).allSatisfy { x, y in
                guard table.keys[x] == table.keys[y], table.kinds[x] == table.kinds[y] else { return false }
                let (value, other) = (table.value(at: x), table.value(at: y))
                return value.kind.isRange ? text(batch, value.range, other.range) : value.bits == other.bits
            }
    }
}
