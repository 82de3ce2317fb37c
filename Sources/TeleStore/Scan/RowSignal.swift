internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// What the scan machinery needs to know of a signal whose records are rows of batches: logs and spans.
protocol RowSignal {
    associatedtype Batch: Sendable
    associatedtype Columns: OptionSet & Sendable
    associatedtype Filter: RowFilter where Filter.Batch == Batch, Filter.Columns == Columns
    associatedtype Builder: RowBuilder where Builder.Batch == Batch
    associatedtype Keys: RowKeys where Keys.Batch == Batch
    /// A block that is being read: what one call has read serves the next.
    associatedtype Opened

    static var signal: Signal { get }
    static func count(_ batch: Batch) -> Int
    static func core(_ batch: Batch) -> BatchCore
    static func resources(_ batch: Batch) -> [UInt32]
    /// The time that rows are ordered by, of every row.
    static func times(_ batch: Batch) -> [UInt64]
    /// What the batch takes in memory.
    static func byteCount(_ batch: Batch) -> Int
    /// The batch without the row columns that are not wanted.
    static func strip(_ batch: Batch, to columns: Columns) -> Batch
    static func open(_ block: SegmentFooter.Block, of reader: SegmentReader) -> Opened
    /// A block's rows with some columns: all of them, or those with the given rising numbers.
    static func decode(
        _ block: Opened, columns: Columns, keys: [String]?, rows: [Int]?
    ) throws(SegmentDamage) -> Batch
    /// Rising numbers of the rows that may pass the filter, told without decoding them; nil where nothing can be told.
    static func candidates(_ block: Opened, _ filter: Filter) throws(SegmentDamage) -> [Int]?
    static func encode(_ batch: Batch) -> EncodedBlock
    /// Notes the traces of a block, where the signal has an index of them.
    static func index(_ batch: Batch, block: UInt32, into traces: inout TraceIndexBuilder)
    /// Keeps the rows whose body, if the signal has one, is a string.
    static func keepTextBodies(_ rows: inout [Int], of batch: Batch)
    static var allColumns: Columns { get }
    /// Those that ``Keys`` looks at.
    static var keyColumns: Columns { get }
}

extension RowSignal {
    static func decode(
        _ block: SegmentFooter.Block, of reader: SegmentReader, columns: Columns, keys: [String]?, rows: [Int]?
    ) throws(SegmentDamage) -> Batch {
        try decode(open(block, of: reader), columns: columns, keys: keys, rows: rows)
    }
}

/// Decides which rows of a batch pass; built once a scan.
protocol RowFilter: Sendable {
    associatedtype Batch
    associatedtype Columns
    /// What it looks at beside time and resource; keys are nil where it looks at no attribute.
    var columns: Columns { get }
    var keys: [String] { get }
    var isEmpty: Bool { get }
    /// Whether a block may hold a row that passes, by its meta.
    func mayMatch(_ meta: BlockMeta) -> Bool
    /// Keeps the rows that pass.
    func keep(_ rows: inout [Int], of batch: Batch)
}

protocol RowBuilder {
    associatedtype Batch
    init()
    var count: Int { get }
    var heapBytes: Int { get }
    mutating func append(_ batch: Batch)
    mutating func append(_ batch: Batch, rows: [Int])
    mutating func finish() -> Batch
}

/// What the order of a segment's rows depends on, of all rows of several batches.
protocol RowKeys {
    associatedtype Batch
    init()
    var times: [UInt64] { get }
    /// The rows of one more batch; their numbers follow on.
    mutating func append(_ batch: Batch)
    /// Row numbers in the order in which a segment keeps them.
    mutating func order() -> [UInt32]
    /// Where the block that begins at a place of `rows` (row numbers in storage order) ends.
    func blockEnd(_ rows: [UInt32], from: Int) -> Int
}
