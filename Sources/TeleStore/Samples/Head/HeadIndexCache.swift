internal import Synchronization

/// The index over a head's series, and which series of the head stands at each of its positions.
final class HeadIndex: Sendable {
    let index: LabelIndex
    /// Series of the head by position.
    let order: [UInt32]
    /// Positions by series of the head.
    let positions: [UInt32]

    init(_ table: SeriesTable) {
        (index, order) = LabelIndex.build(table)
        var positions = [UInt32](repeating: 0, count: order.count)
        for (position, series) in order.enumerated() {
            positions[Int(series)] = UInt32(truncatingIfNeeded: position)
        }
        self.positions = positions
    }
}

/// The last index built, shared by a head and its snapshots: it is built by the first query that comes after new
/// series have, outside the store's lock.
final class HeadIndexCache: Sendable {
    private let latest = Mutex<HeadIndex?>(nil)

    /// An index of at least the series of the table: those that came later have no samples in its snapshot.
    func index(of table: SeriesTable) -> HeadIndex {
        latest.withLock { latest in
            if let latest, latest.order.count >= table.count { return latest }
            let built = HeadIndex(table)
            latest = built
            return built
        }
    }
}

/// The index that a snapshot began to use, kept for it when the head's moves on.
final class HeadIndexPin: Sendable {
    private let pinned = Mutex<HeadIndex?>(nil)

    func index(_ make: () -> HeadIndex) -> HeadIndex {
        pinned.withLock { pinned in
            if let pinned { return pinned }
            let index = make()
            pinned = index
            return index
        }
    }
}
