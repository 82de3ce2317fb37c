import HTTPTypes
import TeleEngine
import TeleQL
import TeleQuery

/// Why a Loki request is not answered; the body is plain text, as Loki's is.
enum LokiFailure: Error {
    case bad(String)
    case query(LogQueryError)

    init(_ error: LogQLError) { self = .bad(error.description) }
    init(_ error: EngineError) { self = .query(.engine(error)) }

    var response: APIResponse {
        switch self {
        case .bad(let message), .query(.bad(let message)): return .text(message + "\n", status: .badRequest)
        case .query(.engine(let error)):
            let (status, message) = error.answer
            var response = APIResponse.text(message + "\n", status: status)
            if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
            return response
        }
    }
}

extension EngineError {
    /// Status and message for a query that the engine could not serve.
    var answer: (status: HTTPResponse.Status, message: String) {
        switch self {
        case .overBudget(let what): (.unprocessableContent, what)
        case .deadlineExceeded: (.serviceUnavailable, "the query passed its deadline (query.timeout)")
        case .cancelled: (.serviceUnavailable, "the query was cancelled")
        case .notReady(let why): (.serviceUnavailable, why)
        case .overloaded: (.serviceUnavailable, "the server is out of memory for queries")
        case .diskFull: (.serviceUnavailable, "the disk is full")
        case .badBatch(let what): (.badRequest, what)
        case .writeFailed(let what), .failed(let what): (.internalServerError, what)
        }
    }
}
