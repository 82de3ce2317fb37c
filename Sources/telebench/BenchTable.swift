import Foundation

/// Figures as a table for people or as one JSON line for programs.
struct BenchTable {
    enum Cell: ExpressibleByStringLiteral {
        case text(String)
        case count(Int)
        case number(Double)
        case none

        init(stringLiteral value: String) { self = .text(value) }

        var shown: String {
            switch self {
            case .text(let text): text
            case .count(let count): String(count)
            case .number(let number): String(format: number.magnitude < 10 ? "%.3f" : "%.1f", number)
            case .none: "-"
            }
        }

        var json: Any {
            switch self {
            case .text(let text): text
            case .count(let count): count
            case .number(let number): number.isFinite ? number : NSNull()
            case .none: NSNull()
            }
        }
    }

    let title: String
    let columns: [String]
    private(set) var rows: [[Cell]] = []

    init(_ title: String, _ columns: [String]) {
        self.title = title
        self.columns = columns
    }

    mutating func row(_ cells: [Cell]) { rows.append(cells) }

    /// The first column is flush left, the others right.
    var text: String {
        let shown = rows.map { $0.map(\.shown) }
        let widths = columns.indices.map { column in
            shown.reduce(columns[column].count) { max($0, column < $1.count ? $1[column].count : 0) }
        }
        func line(_ cells: [String]) -> String {
            cells.indices.map { i in
                let pad = String(repeating: " ", count: max(0, widths[i] - cells[i].count))
                return i == 0 ? cells[i] + pad : pad + cells[i]
            }.joined(separator: "  ")
        }
        return ([title, line(columns)] + shown.map(line)).joined(separator: "\n")
    }

    func print(json: Bool) {
        guard json else { return Swift.print(text) }
        let rows = rows.map { row in
            Dictionary(zip(columns, row.map(\.json)), uniquingKeysWith: { first, _ in first })
        }
        let object: [String: Any] = ["title": title, "rows": rows]
        guard let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]) else { return }
        Swift.print(String(decoding: data, as: UTF8.self))
    }
}
