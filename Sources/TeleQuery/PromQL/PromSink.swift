internal import TeleModel

/// Where an aggregation's rows go, one after the other: it keeps what the answer needs of them, and no more.
internal protocol PromSink {
    /// Bytes that it holds, about.
    var byteCount: Int { get }
    /// Room for so many groups.
    mutating func grow(groups: Int)
    /// Takes in a row; `number` counts the rows from 0, `labels` are read where the row is kept.
    mutating func add(
        _ row: borrowing PromRow, _ number: Int, group: Int, labels: borrowing [LabelSet], dropsName: Bool,
        at index: Int)
    /// A part of the series is done.
    mutating func settle()
}

extension PromSink {
    internal mutating func settle() {}
}
