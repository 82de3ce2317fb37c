import HTTPTypes
import TeleEngine

/// Why a Zipkin query is not answered; the body is plain text.
enum ZipkinFailure: Error {
    case bad(String)
    case missing(String)
    case engine(EngineError)

    var response: APIResponse {
        switch self {
        case .bad(let message): return .text(message + "\n", status: .badRequest)
        case .missing(let message): return .text(message + "\n", status: .notFound)
        case .engine(let error):
            let (status, message) = error.answer
            var response = APIResponse.text(message + "\n", status: status)
            if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
            return response
        }
    }
}
