/// Merges rows of several log batches into one. Keys, resources and scopes are interned by identity; only the texts of
/// the rows that are taken are copied. Batches in which a scan left columns out can be merged with their like:
/// a column stays empty when it is empty in all of them.
package struct LogBatchBuilder: Sendable {
    private var builder = CoreBuilder()
    // `core` of this one stays empty until ``finish()``.
    private var rows = LogBatch()

    package init() {}

    package var count: Int { rows.count }
    package var heapBytes: Int { builder.core.heap.count }

    /// All rows, or a run of them.
    package mutating func append(_ batch: LogBatch, rows range: Range<Int>) {
        let range = range.clamped(to: 0..<batch.count)
        appendFlat(batch, range)
        appendMapped(batch, range)
    }

    package mutating func append(_ batch: LogBatch) { append(batch, rows: 0..<batch.count) }

    /// The rows with these numbers, in this order; all must be within the batch.
    package mutating func append(_ batch: LogBatch, rows numbers: some Sequence<Int>) {
        let numbers = Array(numbers)
        for row in numbers { rows.time.append(batch.time[row]) }
        if !batch.observed.isEmpty { for row in numbers { rows.observed.append(batch.observed[row]) } }
        if !batch.severity.isEmpty { for row in numbers { rows.severity.append(batch.severity[row]) } }
        if !batch.bodyKind.isEmpty { for row in numbers { rows.bodyKind.append(batch.bodyKind[row]) } }
        if !batch.traceHigh.isEmpty { for row in numbers { rows.traceHigh.append(batch.traceHigh[row]) } }
        if !batch.traceLow.isEmpty { for row in numbers { rows.traceLow.append(batch.traceLow[row]) } }
        if !batch.span.isEmpty { for row in numbers { rows.span.append(batch.span[row]) } }
        if !batch.flags.isEmpty { for row in numbers { rows.flags.append(batch.flags[row]) } }
        if !batch.droppedAttributes.isEmpty {
            for row in numbers { rows.droppedAttributes.append(batch.droppedAttributes[row]) }
        }
        appendMapped(batch, numbers)
    }

    private mutating func appendFlat(_ batch: LogBatch, _ range: Range<Int>) {
        rows.time.append(contentsOf: batch.time[range])
        if !batch.observed.isEmpty { rows.observed.append(contentsOf: batch.observed[range]) }
        if !batch.severity.isEmpty { rows.severity.append(contentsOf: batch.severity[range]) }
        if !batch.bodyKind.isEmpty { rows.bodyKind.append(contentsOf: batch.bodyKind[range]) }
        if !batch.traceHigh.isEmpty { rows.traceHigh.append(contentsOf: batch.traceHigh[range]) }
        if !batch.traceLow.isEmpty { rows.traceLow.append(contentsOf: batch.traceLow[range]) }
        if !batch.span.isEmpty { rows.span.append(contentsOf: batch.span[range]) }
        if !batch.flags.isEmpty { rows.flags.append(contentsOf: batch.flags[range]) }
        if !batch.droppedAttributes.isEmpty {
            rows.droppedAttributes.append(contentsOf: batch.droppedAttributes[range])
        }
    }

    /// The columns whose values point into tables or the heap.
    private mutating func appendMapped(_ batch: LogBatch, _ numbers: some Collection<Int>) {
        var map = builder.begin(batch.core, takesAll: numbers.count >= batch.count)
        let heap = batch.core.heap.bytes.span
        for row in numbers {
            rows.resource.append(builder.resource(batch.resource[row], of: batch.core, &map))
        }
        if !batch.scope.isEmpty {
            for row in numbers { rows.scope.append(builder.scope(batch.scope[row], of: batch.core, &map)) }
        }
        if !batch.severityText.isEmpty {
            // Severity texts repeat: the last one's copy serves again.
            var last = ByteRange.empty
            var copied = ByteRange.empty
            for row in numbers {
                let range = batch.severityText[row]
                if range != last {
                    last = range
                    copied = builder.copy(range, from: heap)
                }
                rows.severityText.append(copied)
            }
        }
        if !batch.body.isEmpty {
            for row in numbers {
                let value = batch.bodyValue(row)
                rows.body.append(value.kind.isRange ? builder.copy(value.range, from: heap).packed : value.bits)
            }
        }
        if !batch.eventName.isEmpty {
            for row in numbers { rows.eventName.append(builder.copy(batch.eventName[row], from: heap)) }
        }
        if batch.attributes.ownerCount > 0 {
            builder.append(batch.attributes, owners: numbers, of: batch.core, &map, to: &rows.attributes)
        }
    }

    /// The merged batch; the builder is empty afterwards.
    package mutating func finish() -> LogBatch {
        var batch = LogBatch()
        swap(&batch, &rows)
        batch.core = builder.core
        builder = CoreBuilder()
        return batch
    }
}
