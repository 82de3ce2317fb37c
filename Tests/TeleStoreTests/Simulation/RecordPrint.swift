import TeleEngine
import TeleModel

/// The whole content of a record as one number: what was sent and what is read are compared by it.
enum RecordPrint {
    static func of(_ batch: LogBatch, _ row: Int) -> UInt64 {
        let body = batch.bodyValue(row)
        var print = core(batch.core, batch.resource[row], batch.scope[row])
        fold(&print, batch.time[row], batch.observed[row], UInt64(bitPattern: Int64(batch.severity[row])))
        fold(&print, text(batch.core, batch.severityText[row]), UInt64(body.kind.rawValue))
        fold(&print, body.kind.isRange ? text(batch.core, body.range) : body.bits)
        fold(&print, batch.traceHigh[row], batch.traceLow[row], batch.span[row])
        fold(&print, UInt64(batch.flags[row]), UInt64(batch.droppedAttributes[row]))
        fold(&print, text(batch.core, batch.eventName[row]), attributes(batch.core, batch.attributes, row))
        return print
    }

    static func of(_ batch: SpanBatch, _ row: Int) -> UInt64 {
        var print = core(batch.core, batch.resource[row], batch.scope[row])
        fold(&print, batch.traceHigh[row], batch.traceLow[row], batch.span[row], batch.parent[row])
        fold(&print, batch.start[row], batch.end[row], text(batch.core, batch.name[row]))
        fold(&print, UInt64(bitPattern: Int64(batch.kind[row])), UInt64(bitPattern: Int64(batch.statusCode[row])))
        fold(&print, text(batch.core, batch.statusMessage[row]), text(batch.core, batch.traceState[row]))
        fold(&print, UInt64(batch.flags[row]), UInt64(batch.droppedAttributes[row]))
        fold(&print, attributes(batch.core, batch.attributes, row))
        for event in batch.events.rows(of: row) {
            fold(&print, batch.events.time[event], text(batch.core, batch.events.name[event]))
            fold(&print, attributes(batch.core, batch.events.attributes, event))
        }
        return print
    }

    /// What a scan for one column set gives of a span.
    static let spanColumns: [SpanColumns] = [.name, .attributes, .events, .scope, .rest]

    static func part(_ batch: SpanBatch, _ row: Int, _ columns: SpanColumns) -> UInt64 {
        var print: UInt64 = 0
        fold(&print, batch.traceHigh[row], batch.traceLow[row], batch.parent[row], batch.start[row], batch.end[row])
        switch columns {
        case .name:
            fold(&print, text(batch.core, batch.name[row]), text(batch.core, batch.statusMessage[row]))
            fold(&print, UInt64(bitPattern: Int64(batch.kind[row])), UInt64(bitPattern: Int64(batch.statusCode[row])))
        case .attributes: fold(&print, attributes(batch.core, batch.attributes, row))
        case .events:
            for event in batch.events.rows(of: row) {
                fold(&print, batch.events.time[event], text(batch.core, batch.events.name[event]))
            }
        case .scope: fold(&print, batch.core.scopeFingerprint(Int(batch.scope[row])))
        default: fold(&print, text(batch.core, batch.traceState[row]), UInt64(batch.flags[row]))
        }
        return print
    }

    static func of(_ labels: LabelSet, time: Int64, value: Double) -> UInt64 {
        Hash64.combine(Hash64.combine(Hash64.of(labels.bytes), UInt64(bitPattern: time)), value.bitPattern)
    }

    static func of(_ labels: LabelSet, _ exemplar: (time: Int64, value: Double, labels: LabelSet)) -> UInt64 {
        Hash64.combine(of(labels, time: exemplar.time, value: exemplar.value), Hash64.of(exemplar.labels.bytes))
    }

    static func of(_ histogram: NativeHistogram, _ labels: LabelSet, time: Int64) -> UInt64 {
        var bytes: [UInt8] = []
        histogram.encode(into: &bytes)
        return Hash64.combine(of(labels, time: time, value: histogram.sum), Hash64.of(bytes))
    }

    private static func fold(_ print: inout UInt64, _ words: UInt64...) {
        for word in words { print = Hash64.combine(print, word) }
    }

    private static func core(_ core: BatchCore, _ resource: UInt32, _ scope: UInt32) -> UInt64 {
        // Computed, not read: the attributes themselves have to be right.
        let resource = core.resourceFingerprint(Int(resource))
        return Hash64.combine(resource, core.scopeFingerprint(Int(scope)))
    }

    private static func text(_ core: BatchCore, _ range: ByteRange) -> UInt64 {
        Hash64.of(core.heap.bytes.span.extracting(range.range))
    }

    private static func attributes(_ core: BatchCore, _ table: AttributeTable, _ owner: Int) -> UInt64 {
        var print: UInt64 = 0
        for entry in table.entries(of: owner) {
            let value = table.value(at: entry)
            fold(&print, text(core, core.keys[Int(table.keys[entry])]), UInt64(value.kind.rawValue))
            fold(&print, value.kind.isRange ? text(core, value.range) : value.bits)
        }
        return print
    }
}
