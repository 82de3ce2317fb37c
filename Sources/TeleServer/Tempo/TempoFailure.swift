import HTTPTypes
import TeleEngine
import TeleQL

/// Why a Tempo request is not answered; the body is plain text.
enum TempoFailure: Error {
    case bad(String)
    case missing
    case engine(EngineError)

    init(_ error: TraceQLError) { self = .bad("invalid TraceQL query: \(error.description)") }

    var response: APIResponse {
        switch self {
        case .bad(let message): return .text(message + "\n", status: .badRequest)
        case .missing: return .text("trace not found\n", status: .notFound)
        case .engine(let error):
            let (status, message) = error.answer
            var response = APIResponse.text(message + "\n", status: status)
            if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
            return response
        }
    }
}
