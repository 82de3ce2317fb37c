internal import TeleModel

/// The index of the series of one segment or of several: while the same services run, segment after segment has the
/// same series, and their sections are the same bytes.
final class SharedLabelIndex: Sendable {
    /// Tells sections apart: two hashes under seeds that nobody outside knows, and the lengths.
    struct Key: Hashable, Sendable {
        var low: UInt64
        var high: UInt64
        var labelBytes: Int
        var seriesBytes: Int
    }

    let index: LabelIndex
    /// nil for one that nobody else finds.
    let key: Key?
    let bytes: Int

    init(_ index: LabelIndex, _ key: Key?) {
        self.index = index
        self.key = key
        bytes = index.byteCount
    }
}
