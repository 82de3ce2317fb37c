internal import TeleModel

/// What ``DumpWriter`` writes. Constant columns are the only ones that take less than a byte an element, so their
/// length is held against the rows that a batch may have.
extension ByteReader {
    @_lifetime(self: copy self)
    private mutating func dumpCount(_ width: Int, elements: Int) throws(CodecError) {
        guard width == 0 || elements <= remaining / width else { throw error("column ends behind the input") }
    }

    @_lifetime(self: copy self)
    mutating func dumpColumn64() throws(CodecError) -> [UInt64] {
        let elements = try count("column length", limit: Limits.dumpElements)
        guard elements > 0 else { return [] }
        let width = Int(try byte())
        let base = try uint64()
        try dumpCount(width, elements: elements)
        switch width {
        case 0: return [UInt64](repeating: base, count: elements)
        case 1: return load(UInt8.self, try take(elements), elements, base)
        case 2: return load(UInt16.self, try take(elements * 2), elements, base)
        case 4: return load(UInt32.self, try take(elements * 4), elements, base)
        case 8: return load(UInt64.self, try take(elements * 8), elements, base)
        default: throw error("column width \(width)")
        }
    }

    private func load<T: FixedWidthInteger>(
        _ type: T.Type, _ bytes: borrowing RawSpan, _ elements: Int, _ base: UInt64
    ) -> [UInt64] {
        bytes.withUnsafeBytes { source in
            [UInt64](unsafeUninitializedCapacity: elements) { out, used in
                for i in 0..<elements {
                    let value = source.loadUnaligned(fromByteOffset: i &* MemoryLayout<T>.size, as: T.self)
                    out[i] = base &+ UInt64(truncatingIfNeeded: T(littleEndian: value))
                }
                used = elements
            }
        }
    }

    @_lifetime(self: copy self)
    mutating func dumpColumn32() throws(CodecError) -> [UInt32] {
        let elements = try count("column length", limit: Limits.dumpElements)
        guard elements > 0 else { return [] }
        let width = Int(try byte())
        let base = UInt32(truncatingIfNeeded: try uint64())
        try dumpCount(width, elements: elements)
        switch width {
        case 0: return [UInt32](repeating: base, count: elements)
        case 1: return load32(UInt8.self, try take(elements), elements, base)
        case 2: return load32(UInt16.self, try take(elements * 2), elements, base)
        case 4: return load32(UInt32.self, try take(elements * 4), elements, base)
        default: throw error("column width \(width)")
        }
    }

    private func load32<T: FixedWidthInteger>(
        _ type: T.Type, _ bytes: borrowing RawSpan, _ elements: Int, _ base: UInt32
    ) -> [UInt32] {
        bytes.withUnsafeBytes { source in
            [UInt32](unsafeUninitializedCapacity: elements) { out, used in
                for i in 0..<elements {
                    let value = source.loadUnaligned(fromByteOffset: i &* MemoryLayout<T>.size, as: T.self)
                    out[i] = base &+ UInt32(truncatingIfNeeded: T(littleEndian: value))
                }
                used = elements
            }
        }
    }

    @_lifetime(self: copy self)
    mutating func dumpColumnInt32() throws(CodecError) -> [Int32] {
        try dumpColumn32().map { Int32(bitPattern: $0) }
    }

    @_lifetime(self: copy self)
    mutating func dumpColumnInt64() throws(CodecError) -> [Int64] {
        try dumpColumn64().map { Int64(bitPattern: $0) }
    }

    @_lifetime(self: copy self)
    mutating func dumpColumnDouble() throws(CodecError) -> [Double] {
        try dumpColumn64().map { Double(bitPattern: $0) }
    }

    @_lifetime(self: copy self)
    mutating func dumpColumn8() throws(CodecError) -> [UInt8] {
        let elements = try count("column length", limit: Limits.dumpElements)
        guard elements > 0 else { return [] }
        switch try byte() {
        case 0: return [UInt8](repeating: try byte(), count: elements)
        case 1: return try bytes(elements)
        default: throw error("unknown form of a byte column")
        }
    }

    @_lifetime(self: copy self)
    mutating func dumpRanges() throws(CodecError) -> [ByteRange] {
        let offsets = try dumpColumn32()
        let counts = try dumpColumn32()
        guard offsets.count == counts.count else { throw error("offsets and lengths of texts disagree") }
        var out: [ByteRange] = []
        out.reserveCapacity(offsets.count)
        for i in offsets.indices { out.append(ByteRange(offset: offsets[i], count: counts[i])) }
        return out
    }

    @_lifetime(self: copy self)
    mutating func dumpHeap() throws(CodecError) -> ByteHeap {
        ByteHeap(bytes: try bytes(try count("heap length", limit: remaining)))
    }

    @_lifetime(self: copy self)
    mutating func dumpTable() throws(CodecError) -> AttributeTable {
        var table = AttributeTable()
        table.ends = try dumpColumn32()
        table.keys = try dumpColumn32()
        table.kinds = try dumpColumn8()
        table.values = try dumpColumn64()
        return table
    }

    @_lifetime(self: copy self)
    mutating func dumpCore() throws(CodecError) -> BatchCore {
        var core = BatchCore()
        core.heap = try dumpHeap()
        core.keys = try dumpRanges()
        core.resources.fingerprints = try dumpColumn64()
        core.resources.origins = try dumpColumn8()
        core.resources.schemaURLs = try dumpRanges()
        core.resources.droppedAttributes = try dumpColumn32()
        core.resources.entityRefs = try dumpRanges()
        core.resources.attributes = try dumpTable()
        core.scopes.names = try dumpRanges()
        core.scopes.versions = try dumpRanges()
        core.scopes.schemaURLs = try dumpRanges()
        core.scopes.droppedAttributes = try dumpColumn32()
        core.scopes.attributes = try dumpTable()
        return core
    }
}
