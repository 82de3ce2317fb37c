internal import TeleModel

/// The attributes of a block: a page that says which owner has which columns in which order (owners share few such
/// shapes), and a page a column, that is a key and a kind, with the values of all owners that have it.
enum AttributePages {
    struct Kinds {
        var shapes: PageKind
        var column: PageKind

        static let own = Kinds(shapes: .shapes, column: .attribute)
        static let events = Kinds(shapes: .eventShapes, column: .eventAttribute)
        static let links = Kinds(shapes: .linkShapes, column: .linkAttribute)
    }

    static func encode(
        _ table: AttributeTable, _ core: BatchCore, _ kinds: Kinds, _ writer: inout BlockWriter,
        _ filter: inout FilterItems
    ) {
        var columnOf = [UInt32](repeating: 0, count: core.keys.count * 8)
        var columnKeys: [UInt64] = []
        var columnKinds: [UInt64] = []
        var columns: [[UInt64]] = []
        var shapes = ShapeInterner()
        var codes: [UInt64] = []
        codes.reserveCapacity(table.ownerCount)
        for owner in 0..<table.ownerCount {
            for entry in table.entries(of: owner) {
                let slot = Int(table.keys[entry]) * 8 + Int(table.kinds[entry] & 7)
                var column = Int(columnOf[slot])
                if column == 0 {
                    columnKeys.append(UInt64(table.keys[entry]))
                    columnKinds.append(UInt64(table.kinds[entry]))
                    columns.append([])
                    column = columns.count
                    columnOf[slot] = UInt32(column)
                }
                columns[column - 1].append(table.values[entry])
                shapes.append(column: UInt32(column - 1))
            }
            codes.append(UInt64(shapes.close()))
        }
        writer.page(kinds.shapes) { out in
            out.append(varint: columns.count)
            IntColumn.encode(columnKeys, into: &out)
            IntColumn.encode(columnKinds, into: &out)
            out.append(varint: shapes.lengths.count)
            IntColumn.encode(shapes.lengths, into: &out)
            out.append(varint: shapes.columns.count)
            IntColumn.encode(shapes.columns, into: &out)
            IntColumn.encode(codes, into: &out)
        }
        let heap = core.heap.bytes.span
        for column in columns.indices {
            let key = Hash64.of(heap.extracting(core.keys[Int(columnKeys[column])].range))
            let values = columns[column]
            let kind = ValueKind(rawValue: UInt8(truncatingIfNeeded: columnKinds[column])) ?? .empty
            writer.page(kinds.column, column: column) { out in
                encode(values, kind, heap, key, &filter, &out)
            }
        }
    }

    private static func encode(
        _ values: [UInt64], _ kind: ValueKind, _ heap: borrowing Span<UInt8>, _ key: UInt64,
        _ filter: inout FilterItems, _ out: inout [UInt8]
    ) {
        switch kind {
        case .empty: filter.insert(BlockFilter.item(key: key, text: Hash64.of("")))
        case .string:
            let texts = values.map { ByteRange(packed: $0) }
            let distinct = TextColumn.encode(texts.span, heap: heap, into: &out)
            for text in distinct {
                filter.insert(BlockFilter.item(key: key, text: Hash64.of(heap.extracting(text.range))))
            }
        case .bool:
            IntColumn.encode(values, into: &out)
            filter.insert(BlockFilter.item(key: key, text: Hash64.of("true")))
            filter.insert(BlockFilter.item(key: key, text: Hash64.of("false")))
        case .int:
            IntColumn.encode(values, into: &out)
            if let distinct = IntDictionary(values.span, limit: max(256, values.count / 4)) {
                for value in distinct.values {
                    filter.insert(BlockFilter.item(key: key, text: Hash64.of(String(Int64(bitPattern: value)))))
                }
            } else {
                filter.insert(BlockFilter.item(unlisted: key))
            }
        case .double:
            DoubleColumn.encode(values.map { Double(bitPattern: $0) }, into: &out)
            filter.insert(BlockFilter.item(unlisted: key))
        case .array, .map, .bytes:
            let texts = values.map { ByteRange(packed: $0) }
            TextColumn.encode(texts.span, heap: heap, into: &out)
            filter.insert(BlockFilter.item(unlisted: key))
        }
    }
}
