import HTTPTypes
import TeleAPI
import TeleEngine
import TeleQL
import TeleQuery

/// Why a Prometheus request is not answered, in the envelope that its clients read.
struct PrometheusFailure: Error {
    var status: HTTPResponse.Status
    var type: String
    var message: String

    static func bad(_ message: String) -> PrometheusFailure {
        PrometheusFailure(status: .badRequest, type: "bad_data", message: message)
    }

    static func parameter(_ name: String, _ message: String) -> PrometheusFailure {
        .bad("invalid parameter \"\(name)\": \(message)")
    }

    init(status: HTTPResponse.Status, type: String, message: String) {
        self.status = status
        self.type = type
        self.message = message
    }

    init(_ error: EngineError) {
        switch error {
        case .overBudget(let what): self.init(status: .unprocessableContent, type: "execution", message: what)
        case .deadlineExceeded:
            self.init(
                status: .serviceUnavailable, type: "timeout",
                message: "query timed out in expression evaluation (query.timeout)")
        case .cancelled:
            self.init(
                status: .serviceUnavailable, type: "canceled", message: "query was canceled in expression evaluation")
        case .notReady(let why): self.init(status: .serviceUnavailable, type: "unavailable", message: why)
        case .overloaded:
            self.init(
                status: .serviceUnavailable, type: "unavailable", message: "the server is out of memory for queries")
        case .diskFull: self.init(status: .serviceUnavailable, type: "unavailable", message: "the disk is full")
        case .badBatch(let what): self.init(status: .badRequest, type: "bad_data", message: what)
        case .writeFailed(let what), .failed(let what):
            self.init(status: .internalServerError, type: "internal", message: what)
        }
    }

    init(_ failure: PromFailure) {
        switch failure {
        case .execution(let message): self.init(status: .unprocessableContent, type: "execution", message: message)
        case .engine(let error): self.init(error)
        }
    }

    var response: APIResponse {
        var w = JSONWriter()
        w.beginObject()
        w.key("status")
        w.string("error")
        w.key("errorType")
        w.string(type)
        w.key("error")
        w.string(message)
        w.endObject()
        var response = APIResponse.json(w.bytes, status: status)
        if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
        return response
    }
}
