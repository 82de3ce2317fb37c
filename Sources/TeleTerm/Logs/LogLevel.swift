/// The severity ranges of OpenTelemetry's log data model.
package enum LogLevel: Int, Sendable, Comparable {
    case unknown, trace, debug, info, warning, error, fatal

    package init(severityNumber number: Int) {
        switch number {
        case 1...4: self = .trace
        case 5...8: self = .debug
        case 9...12: self = .info
        case 13...16: self = .warning
        case 17...20: self = .error
        case 21...24: self = .fatal
        default: self = .unknown
        }
    }

    /// From a level's name as services and Loki write it.
    package init(name: String) {
        switch name.lowercased() {
        case "trace", "trc": self = .trace
        case "debug", "dbg": self = .debug
        case "info", "information", "notice", "inf": self = .info
        case "warn", "warning", "wrn": self = .warning
        case "error", "err": self = .error
        case "fatal", "critical", "panic", "emerg", "alert": self = .fatal
        default: self = .unknown
        }
    }

    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }

    /// Five columns.
    package var label: String {
        switch self {
        case .unknown: "     "
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO "
        case .warning: "WARN "
        case .error: "ERROR"
        case .fatal: "FATAL"
        }
    }

    package var ink: Ink {
        switch self {
        case .unknown, .info: .plain
        case .trace, .debug: .dim
        case .warning: .warning
        case .error, .fatal: .error
        }
    }
}
