internal import TeleModel

extension AttributePages {
    /// What the shapes page says, checked.
    private struct Shapes {
        var columnKeys: [UInt32] = []
        var columnKinds: [UInt8] = []
        /// Shape `i` has `columns[starts[i] ..< starts[i+1]]`.
        var starts: [Int] = [0]
        var columns: [UInt32] = []
        var codes: [UInt32] = []

        init(_ page: [UInt8], owners: Int, keys: Int) throws(CodecError) {
            var reader = ByteReader(page.span.bytes)
            let columnCount = try reader.count("number of attribute columns", limit: Limits.rowsPerBlock)
            columnKeys = try IntColumn.decodeIndexes(&reader, count: columnCount, below: keys)
            columnKinds = try IntColumn.decodeIndexes(&reader, count: columnCount, below: 8).map { UInt8($0) }
            let shapeCount = try reader.count("number of shapes", limit: owners)
            let lengths = try IntColumn.decode(&reader, count: shapeCount)
            let total = try reader.count("attributes of all shapes", limit: Limits.dumpElements)
            columns = try IntColumn.decodeIndexes(&reader, count: total, below: columnCount)
            for length in lengths {
                guard length <= UInt64(total - starts[starts.count - 1]) else { throw reader.error("shape too long") }
                starts.append(starts[starts.count - 1] + Int(length))
            }
            codes = try IntColumn.decodeIndexes(&reader, count: owners, below: shapeCount)
        }
    }

    /// The attributes of the owners in `rows` (ascending; nil: all), only those of the keys wanted (nil: all).
    static func decode(
        _ pages: BlockPages, _ kinds: Kinds, core: inout BatchCore, owners: Int, keys: [String]?, rows: [Int]?
    ) throws(CodecError) -> AttributeTable {
        var table = AttributeTable()
        guard owners > 0 else { return table }
        let shapes = try Shapes(pages.page(kinds.shapes), owners: owners, keys: core.keys.count)
        var isWanted = [Bool](repeating: keys == nil, count: shapes.columnKeys.count)
        if let keys {
            let indexes = Set(keys.compactMap { core.keyIndex($0) })
            for column in isWanted.indices { isWanted[column] = indexes.contains(shapes.columnKeys[column]) }
        }
        let columns = try readColumns(pages, kinds, shapes, isWanted, &core, rows)
        var next = [Int](repeating: 0, count: columns.count)
        let ownerCount = rows?.count ?? owners
        table.ends.reserveCapacity(ownerCount)
        for i in 0..<ownerCount {
            let shape = Int(shapes.codes[rows?[i] ?? i])
            for at in shapes.starts[shape]..<shapes.starts[shape + 1] {
                let column = Int(shapes.columns[at])
                guard isWanted[column] else { continue }
                table.keys.append(shapes.columnKeys[column])
                table.kinds.append(shapes.columnKinds[column])
                table.values.append(columns[column][next[column]])
                next[column] += 1
            }
            table.closeOwner()
        }
        return table
    }

    /// The values of each wanted column, of the wanted rows only.
    private static func readColumns(
        _ pages: BlockPages, _ kinds: Kinds, _ shapes: Shapes, _ isWanted: [Bool], _ core: inout BatchCore,
        _ rows: [Int]?
    ) throws(CodecError) -> [[UInt64]] {
        let count = shapes.columnKeys.count
        var lengths = [Int](repeating: 0, count: count)
        var picks = [[Int]](repeating: [], count: count)
        var total = 0
        var tally = CodeTally(codes: shapes.starts.count - 1)
        func pass(_ owners: Range<Int>) {
            tally.forEach(shapes.codes.span, owners) { shape, times in
                let range = shapes.starts[shape]..<shapes.starts[shape + 1]
                total += range.count * times
                for at in range { lengths[Int(shapes.columns[at])] += times }
            }
        }
        var owner = 0
        for pick in rows ?? [] where pick >= owner && pick < shapes.codes.count {
            pass(owner..<pick)
            let shape = Int(shapes.codes[pick])
            for at in shapes.starts[shape]..<shapes.starts[shape + 1] {
                let column = Int(shapes.columns[at])
                picks[column].append(lengths[column])
                lengths[column] += 1
                total += 1
            }
            owner = pick + 1
        }
        pass(owner..<shapes.codes.count)
        guard total <= Limits.dumpElements else { throw CodecError("attributes of a block are over the limit") }
        var columns = [[UInt64]](repeating: [], count: count)
        for column in 0..<count where isWanted[column] && (rows == nil || !picks[column].isEmpty) {
            let page = try pages.page(kinds.column, column: column)
            var reader = ByteReader(page.span.bytes)
            let kind = ValueKind(rawValue: shapes.columnKinds[column]) ?? .empty
            columns[column] = try readColumn(
                &reader, kind, count: lengths[column], rows: rows == nil ? nil : picks[column], &core)
        }
        return columns
    }

    private static func readColumn(
        _ reader: inout ByteReader, _ kind: ValueKind, count: Int, rows: [Int]?, _ core: inout BatchCore
    ) throws(CodecError) -> [UInt64] {
        switch kind {
        case .empty: return [UInt64](repeating: 0, count: rows?.count ?? count)
        case .bool, .int: return try IntColumn.decode(&reader, count: count, places: rows)
        case .double: return BlockRows.pick(rows, try DoubleColumn.decodeBits(&reader, count: count))
        case .string, .array, .map, .bytes:
            return try TextColumn.decode(&reader, count: count, rows: rows, into: &core.heap).map { $0.packed }
        }
    }
}
