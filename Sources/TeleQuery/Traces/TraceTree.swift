package import TeleModel

/// The spans of a trace as a tree, numbered as a nested set: a span's numbers enclose those of all that is below it.
/// Spans that no root reaches (a missing parent, a cycle) have no numbers and stand in no relation.
package struct TraceTree: Sendable {
    /// -1 for a root and for spans without a place.
    package private(set) var parent: [Int]
    /// From 1; 0 for spans without a place.
    package private(set) var left: [Int]
    package private(set) var right: [Int]
    /// Spans that name this one as their parent.
    package private(set) var childCount: [Int]
    /// Rows with a place, every parent before its children.
    package private(set) var order: [Int] = []

    package init(_ batch: SpanBatch) {
        let count = batch.count
        parent = [Int](repeating: -1, count: count)
        left = [Int](repeating: 0, count: count)
        right = left
        childCount = left
        let above = TraceTree.rowsAbove(batch)
        // Children of a row as a chain: first child, next sibling.
        var first = [Int](repeating: -1, count: count)
        var next = first
        for row in stride(from: count - 1, through: 0, by: -1) {
            guard let over = above[row] else { continue }
            next[row] = first[over]
            first[over] = row
            childCount[over] += 1
        }
        var number = 0
        for root in 0..<count where above[root] == nil && batch.parent[root] == 0 {
            var row = root
            number += 1
            left[row] = number
            order.append(row)
            while true {
                if first[row] >= 0 {
                    let child = first[row]
                    first[row] = next[child]
                    parent[child] = row
                    number += 1
                    left[child] = number
                    order.append(child)
                    row = child
                } else {
                    number += 1
                    right[row] = number
                    if row == root { break }
                    row = parent[row]
                }
            }
        }
    }

    /// The row of each span's parent; nil where it has none or it is not there. A server that shares its client's id
    /// (Zipkin) is below the client, and what names that id as its parent is below the server.
    package static func rowsAbove(_ batch: SpanBatch) -> [Int?] {
        var byID: [UInt64: Int] = [:]
        var clients: [UInt64: Int] = [:]
        byID.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            let id = batch.span[row]
            guard let known = byID[id] else {
                byID[id] = row
                continue
            }
            let isServer = batch.kind.isEmpty ? false : batch.kind[row] == 2
            let isClient = batch.kind.isEmpty ? false : batch.kind[row] == 3
            if isServer, batch.kind[known] == 3 {
                clients[id] = known
                byID[id] = row
            } else if isClient, batch.kind[known] == 2 {
                clients[id] = row
            }
        }
        return (0..<batch.count).map { row in
            let id = batch.span[row]
            if let client = clients[id], client != row, byID[id] == row { return client }
            guard batch.parent[row] != 0, let found = byID[batch.parent[row]], found != row else { return nil }
            return found
        }
    }

    package func hasPlace(_ row: Int) -> Bool { left[row] > 0 }

    /// The left number of the parent; -1 for a root, 0 for a span without a place.
    package func nestedParent(_ row: Int) -> Int {
        if left[row] == 0 { return 0 }
        return parent[row] < 0 ? -1 : left[parent[row]]
    }
}
