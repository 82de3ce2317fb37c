internal import TeleModel

/// Columns of a dump: varint count, and for a column that is not empty a width byte (0, 1, 2, 4 or 8), the smallest
/// value as 8 bytes, and each value less the smallest in that width. One pass to see, one to copy.
struct DumpWriter {
    var out: [UInt8]

    init(_ out: [UInt8]) { self.out = out }

    func finish() -> [UInt8] { out }

    mutating func column(_ values: [Int64]) { column(values.map { UInt64(bitPattern: $0) }) }
    mutating func column(_ values: [Double]) { column(values.map { $0.bitPattern }) }

    mutating func column(_ values: [UInt64]) {
        let count = values.count
        out.append(varint: count)
        guard count > 0 else { return }
        var least = values[0]
        var most = least
        for value in values {
            least = min(least, value)
            most = max(most, value)
        }
        let width = DumpWriter.width(most &- least)
        out.append(width)
        out.append(uint64: least)
        switch width {
        case 0: break
        case 1: out.append(contentsOf: DumpWriter.narrow(UInt8.self, values, least))
        case 2: out.append(contentsOf: DumpWriter.narrow(UInt16.self, values, least))
        case 4: out.append(contentsOf: DumpWriter.narrow(UInt32.self, values, least))
        default: out.append(contentsOf: DumpWriter.narrow(UInt64.self, values, least))
        }
    }

    mutating func column(_ values: [Int32]) { column(values.map { UInt32(bitPattern: $0) }) }

    mutating func column(_ values: [UInt32]) {
        let count = values.count
        out.append(varint: count)
        guard count > 0 else { return }
        var least = values[0]
        var most = least
        for value in values {
            least = min(least, value)
            most = max(most, value)
        }
        let width = DumpWriter.width(UInt64(most &- least))
        out.append(width)
        out.append(uint64: UInt64(least))
        switch width {
        case 0: break
        case 1: out.append(contentsOf: DumpWriter.narrow(UInt8.self, values, least))
        case 2: out.append(contentsOf: DumpWriter.narrow(UInt16.self, values, least))
        default: out.append(contentsOf: DumpWriter.narrow(UInt32.self, values, least))
        }
    }

    mutating func column(_ values: [UInt8]) {
        out.append(varint: values.count)
        guard let first = values.first else { return }
        let isConstant = values.allSatisfy { $0 == first }
        out.append(isConstant ? 0 : 1)
        if isConstant { out.append(first) } else { out.append(contentsOf: values) }
    }

    mutating func column(_ ranges: [ByteRange]) {
        column(ranges.map { $0.offset })
        column(ranges.map { $0.count })
    }

    mutating func heap(_ heap: ByteHeap) {
        out.append(varint: heap.count)
        out.append(contentsOf: heap.bytes)
    }

    mutating func table(_ table: AttributeTable) {
        column(table.ends)
        column(table.keys)
        column(table.kinds)
        column(table.values)
    }

    mutating func core(_ core: BatchCore) {
        heap(core.heap)
        column(core.keys)
        column(core.resources.fingerprints)
        column(core.resources.origins)
        column(core.resources.schemaURLs)
        column(core.resources.droppedAttributes)
        column(core.resources.entityRefs)
        table(core.resources.attributes)
        column(core.scopes.names)
        column(core.scopes.versions)
        column(core.scopes.schemaURLs)
        column(core.scopes.droppedAttributes)
        table(core.scopes.attributes)
    }

    private static func width(_ range: UInt64) -> UInt8 {
        switch range {
        case 0: 0
        case ...0xff: 1
        case ...0xffff: 2
        case ...0xffff_ffff: 4
        default: 8
        }
    }

    private static func narrow<T: FixedWidthInteger, V: FixedWidthInteger>(
        _ type: T.Type, _ values: [V], _ least: V
    ) -> [UInt8] {
        let size = MemoryLayout<T>.size
        let count = values.count
        return [UInt8](unsafeUninitializedCapacity: count * size) { buffer, used in
            let target = UnsafeMutableRawBufferPointer(buffer)
            for i in 0..<count {
                let value = T(truncatingIfNeeded: values[i] &- least).littleEndian
                target.storeBytes(of: value, toByteOffset: i &* size, as: T.self)
            }
            used = count * size
        }
    }
}
