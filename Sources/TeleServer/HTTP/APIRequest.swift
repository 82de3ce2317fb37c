package import HTTPTypes
package import TeleEngine

/// A query request as the API rooms see it: free of any HTTP framework, so that every route is tested without a socket.
package struct APIRequest: Sendable {
    package var method: HTTPRequest.Method
    /// The path without the query string, percent-decoded.
    package var path: String
    /// What the `{name}` parts of the route's template matched, percent-decoded.
    package var pathParameters: [String: String] = [:]
    /// Query string and, for a form POST, body parameters, in order, decoded; the same name may occur several times.
    package var parameters: [(name: String, value: String)] = []
    package var headers: HTTPFields = [:]
    package var body: [UInt8] = []

    package init(method: HTTPRequest.Method, path: String) {
        self.method = method
        self.path = path
    }

    /// The first value of a parameter.
    package subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    package func all(_ name: String) -> [String] { parameters.filter { $0.name == name }.map(\.value) }
}

package struct APIResponse: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: [UInt8]
    /// What follows ``body``, where an answer is too long to be held whole.
    package var rest: (any APIPieces)?

    package init(_ status: HTTPResponse.Status = .ok, contentType: String?, body: [UInt8]) {
        self.status = status
        self.body = body
        headers = [:]
        if let contentType { headers[.contentType] = contentType }
    }

    package static func json(_ body: [UInt8], status: HTTPResponse.Status = .ok) -> APIResponse {
        APIResponse(status, contentType: "application/json", body: body)
    }

    package static func text(_ text: String, status: HTTPResponse.Status = .ok) -> APIResponse {
        APIResponse(status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }
}

/// What query routes work with.
package struct APIContext: Sendable {
    package var engine: any StorageEngine
    /// A fresh budget with the configured limits for each query.
    package var makeBudget: @Sendable () -> QueryBudget
    /// Delivery of alerts, where it runs.
    package var alerts: AlertDelivery?
    /// What the server tells of itself.
    package var facts: @Sendable () -> ServerFacts
    /// What `telectl loglevel` has set.
    package var logLevels: LogLevelRules

    package init(
        engine: any StorageEngine, facts: @escaping @Sendable () -> ServerFacts = { ServerFacts() },
        logLevels: LogLevelRules = LogLevelRules(), makeBudget: @escaping @Sendable () -> QueryBudget
    ) {
        self.engine = engine
        self.facts = facts
        self.logLevels = logLevels
        self.makeBudget = makeBudget
    }
}

/// A query route: a template such as `/loki/api/v1/label/{name}/values` and what answers it. The handler runs on a
/// query thread, may block and read the disk, and turns every error into a response of its API's shape.
package struct APIRoute: Sendable {
    package var methods: [HTTPRequest.Method]
    package var template: String
    package var handle: @Sendable (APIRequest, APIContext) -> APIResponse

    package init(
        _ methods: [HTTPRequest.Method], _ template: String,
        handle: @escaping @Sendable (APIRequest, APIContext) -> APIResponse
    ) {
        self.methods = methods
        self.template = template
        self.handle = handle
    }
}
