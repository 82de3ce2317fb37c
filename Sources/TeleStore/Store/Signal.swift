/// The kinds of data that are stored, each with a head, segments and a retention of its own. Raw values are on disk.
package enum Signal: UInt8, CaseIterable, Sendable {
    case logs = 1
    case spans = 2
    case samples = 3

    /// The folder of its segments within the data folder.
    package var folder: String {
        switch self {
        case .logs: "logs"
        case .spans: "traces"
        case .samples: "metrics"
        }
    }

    var index: Int { Int(rawValue) - 1 }

    init?(folder: String) {
        guard let found = Signal.allCases.first(where: { $0.folder == folder }) else { return nil }
        self = found
    }
}
