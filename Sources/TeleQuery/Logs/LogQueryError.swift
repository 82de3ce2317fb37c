package import TeleEngine

/// Why a log query has no answer.
package enum LogQueryError: Error, Sendable, Equatable {
    /// The query asks for what can't be answered: 400 with this text.
    case bad(String)
    case engine(EngineError)
}
