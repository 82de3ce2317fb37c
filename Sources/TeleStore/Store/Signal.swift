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

/// What has a value a signal, by name.
package protocol SignalIndexed {
    associatedtype Value
    var logs: Value { get set }
    var spans: Value { get set }
    var samples: Value { get set }
}

extension SignalIndexed {
    package subscript(_ signal: Signal) -> Value {
        get {
            switch signal {
            case .logs: logs
            case .spans: spans
            case .samples: samples
            }
        }
        set {
            switch signal {
            case .logs: logs = newValue
            case .spans: spans = newValue
            case .samples: samples = newValue
            }
        }
    }
}
