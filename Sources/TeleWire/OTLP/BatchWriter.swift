import TeleModel

/// Writes batches as OTLP protobuf. Fields that have their default are left out, as proto3 does; columns that a scan
/// left out count as defaults.
struct BatchWriter {
    var out: ProtobufWriter
    private let core: BatchCore

    init(_ core: BatchCore, capacity: Int) {
        self.core = core
        out = ProtobufWriter(capacity: capacity)
    }

    @inline(__always)
    mutating func text(_ field: Int, _ column: [ByteRange], _ row: Int) {
        guard row < column.count, !column[row].isEmpty else { return }
        out.bytes(field, core.heap[column[row]])
    }

    @inline(__always)
    mutating func uint32(_ field: Int, _ column: [UInt32], _ row: Int) {
        if row < column.count, column[row] != 0 { out.uint32(field, column[row]) }
    }

    @inline(__always)
    mutating func int32(_ field: Int, _ column: [Int32], _ row: Int) {
        if row < column.count, column[row] != 0 { out.int32(field, column[row]) }
    }

    @inline(__always)
    mutating func fixed32(_ field: Int, _ column: [UInt32], _ row: Int) {
        if row < column.count, column[row] != 0 { out.fixed32(field, column[row]) }
    }

    @inline(__always)
    mutating func fixed64(_ field: Int, _ column: [UInt64], _ row: Int) {
        if row < column.count, column[row] != 0 { out.fixed64(field, column[row]) }
    }

    mutating func traceID(_ field: Int, _ high: [UInt64], _ low: [UInt64], _ row: Int) {
        guard row < high.count, row < low.count, high[row] | low[row] != 0 else { return }
        out.id(field, high: high[row], low: low[row])
    }

    mutating func spanID(_ field: Int, _ column: [UInt64], _ row: Int) {
        if row < column.count, column[row] != 0 { out.id(field, column[row]) }
    }

    mutating func attributes(_ field: Int, _ table: AttributeTable, _ owner: Int) {
        guard owner < table.ownerCount else { return }
        for entry in table.entries(of: owner) {
            let start = out.open(field)
            out.bytes(1, core.heap[core.keys[Int(table.keys[entry])]])
            value(2, table.value(at: entry))
            out.close(start)
        }
    }

    /// An `AnyValue`.
    mutating func value(_ field: Int, _ value: RawValue) {
        switch value.kind {
        case .array, .map: out.bytes(field, core.heap[value.range])
        default:
            let start = out.open(field)
            switch value.kind {
            case .string: out.bytes(1, core.heap[value.range])
            case .bool: out.bool(2, value.bits != 0)
            case .int: out.uint64(3, value.bits)
            case .double: out.fixed64(4, value.bits)
            case .bytes: out.bytes(7, core.heap[value.range])
            case .empty, .array, .map: break
            }
            out.close(start)
        }
    }

    mutating func resource(_ row: Int) {
        guard row < core.resources.count else { return }
        let start = out.open(1)
        attributes(1, core.resources.attributes, row)
        uint32(2, core.resources.droppedAttributes, row)
        if !core.resources.entityRefs[row].isEmpty {
            out.bytes.append(contentsOf: core.heap[core.resources.entityRefs[row]])
        }
        out.close(start)
    }

    mutating func scope(_ row: Int) {
        guard row < core.scopes.count else { return }
        let start = out.open(1)
        text(1, core.scopes.names, row)
        text(2, core.scopes.versions, row)
        attributes(3, core.scopes.attributes, row)
        uint32(4, core.scopes.droppedAttributes, row)
        out.close(start)
    }

    /// The whole: resources, scopes, and what `row` writes for each row (its message, field 2).
    mutating func groups(resource: [UInt32], scope: [UInt32], row write: (inout BatchWriter, Int) -> Void) {
        for group in RowGroups(resource: resource, scope: scope).resources {
            let outer = out.open(1)
            self.resource(Int(group.resource))
            for part in group.scopes {
                let inner = out.open(2)
                self.scope(Int(part.scope))
                for row in part.rows {
                    let start = out.open(2)
                    write(&self, row)
                    out.close(start)
                }
                text(3, core.scopes.schemaURLs, Int(part.scope))
                out.close(inner)
            }
            text(3, core.resources.schemaURLs, Int(group.resource))
            out.close(outer)
        }
    }
}
