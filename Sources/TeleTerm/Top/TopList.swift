/// A cursor in a list whose rows come and go: it stays on the row it was put on, wherever that moves to.
struct TopList: Sendable, Hashable {
    private var selected: String?
    private var index = 0
    /// Rows that have this text somewhere are shown.
    var filter = ""

    /// The cursor's row among the rows of now; nil where there are none.
    func row(in ids: [String]) -> Int? {
        if let selected, let row = ids.firstIndex(of: selected) { return row }
        return ids.isEmpty ? nil : min(index, ids.count - 1)
    }

    func id(in ids: [String]) -> String? { row(in: ids).map { ids[$0] } }

    mutating func move(by rows: Int, in ids: [String]) { move(to: (row(in: ids) ?? 0) + rows, in: ids) }

    mutating func move(to row: Int, in ids: [String]) {
        guard !ids.isEmpty else { return }
        index = max(0, min(row, ids.count - 1))
        // A cursor at the top stays at the top: what is newest, or slowest, comes in there.
        selected = index == 0 ? nil : ids[index]
    }

    func keeps(_ texts: String...) -> Bool {
        filter.isEmpty || texts.contains { $0.lowercased().contains(filter.lowercased()) }
    }

    /// The rows that a window of `height` shows: the cursor in the middle where there is more above and below.
    static func window(_ count: Int, around row: Int?, height: Int) -> Range<Int> {
        guard count > height else { return 0..<count }
        let first = max(0, min((row ?? 0) - height / 2, count - height))
        return first..<(first + max(height, 0))
    }
}
