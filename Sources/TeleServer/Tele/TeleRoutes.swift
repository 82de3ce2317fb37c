import HTTPTypes
import TeleAPI
import TeleEngine

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// tele's own API, which `telectl` reads. Shapes: ``TeleTrace``, ``TeleServices``, ``TeleSnapshots``,
/// ``TeleLogLevels``, ``TeleRuleReplay``, ``TeleError``.
package enum TeleRoutes {
    package static let all: [APIRoute] = [
        APIRoute([.get], "/api/tele/v1/trace/{id}", handle: trace),
        APIRoute([.get], "/api/tele/v1/trace/{id}/context", handle: traceContext),
        APIRoute([.get], "/api/tele/v1/services", handle: services),
        APIRoute([.get], "/api/tele/v1/lint/traces", handle: lint),
        APIRoute([.post], "/api/tele/v1/rules/replay", handle: replay),
        APIRoute([.get, .post], "/api/tele/v1/snapshots", handle: snapshots),
        APIRoute([.get], "/api/tele/v1/loglevels", handle: logLevels),
        APIRoute([.get, .post], "/api/tele/v1/loglevels/{service}", handle: logLevels),
    ]

    static func answer(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> APIResponse {
        .json(encoded(value), status: status)
    }

    /// Of the shapes of this API, all of which JSON can write.
    static func encoded(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { Array($0) } ?? Array("null".utf8)
    }

    static func failed(
        _ message: String, _ status: HTTPResponse.Status, candidates: [String]? = nil
    ) -> APIResponse {
        answer(TeleError(error: message, candidates: candidates), status: status)
    }

    static func failed(_ error: EngineError) -> APIResponse {
        let (status, message) = error.answer
        var response = failed(message, status)
        if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
        return response
    }
}
