import HTTPTypes
import TeleAPI
import TeleEngine

/// Why a Jaeger request is not answered; the classic envelope holds it.
enum JaegerFailure: Error {
    case bad(String)
    case missing
    case engine(EngineError)

    private var parts: (status: HTTPResponse.Status, message: String) {
        switch self {
        case .bad(let message): (.badRequest, message)
        case .missing: (.notFound, "trace not found")
        case .engine(let error): error.answer
        }
    }

    /// `{"data":null,...,"errors":[{"code":404,"msg":"trace not found"}]}`.
    var response: APIResponse {
        let (status, message) = parts
        var w = JSONWriter()
        w.beginObject()
        w.key("data")
        w.null()
        for key in ["total", "limit", "offset"] {
            w.key(key)
            w.int(0)
        }
        w.key("errors")
        w.beginArray()
        w.beginObject()
        w.key("code")
        w.int(status.code)
        w.key("msg")
        w.string(message)
        w.endObject()
        w.endArray()
        w.endObject()
        var response = APIResponse.json(w.bytes, status: status)
        if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
        return response
    }

    /// The third version's form: `{"error":{"httpCode":404,"message":"..."}}`.
    var responseV3: APIResponse {
        let (status, message) = parts
        var w = JSONWriter()
        w.beginObject()
        w.key("error")
        w.beginObject()
        w.key("httpCode")
        w.int(status.code)
        w.key("message")
        w.string(message)
        w.endObject()
        w.endObject()
        var response = APIResponse.json(w.bytes, status: status)
        if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
        return response
    }
}
