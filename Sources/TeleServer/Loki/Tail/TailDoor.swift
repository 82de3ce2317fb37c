internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket

/// Decides which requests become a WebSocket of a follower.
struct TailDoor: Sendable {
    enum Decision: Sendable {
        case accepted(TailSession, headers: HTTPFields)
        /// Answered as plain HTTP.
        case refused(APIResponse)
    }

    let state: ServerState
    let hub: TailHub
    let runner: QueryRunner
    let evaluation: NIOThreadPool

    func open(_ request: APIRequest, on channel: any Channel) async -> Decision {
        if let why = state.notReadyReason { return .refused(.unavailable(why)) }
        let tail: TailRequest
        do throws(LokiFailure) { tail = try TailRequest(request) } catch { return .refused(error.response) }
        guard !hub.isFull else {
            var response = APIResponse.text("max concurrent tail requests limit exceeded\n", status: .tooManyRequests)
            response.headers[.retryAfter] = "5"
            return .refused(response)
        }
        guard let headers = await TailDoor.handshake(request.headers, on: channel) else {
            var response = APIResponse.text(
                "Bad Request: tail speaks WebSocket (version 13), and this is no handshake of one\n",
                status: .badRequest)
            if let name = HTTPField.Name("Sec-WebSocket-Version") { response.headers[name] = "13" }
            return .refused(response)
        }
        let session = TailSession(request: tail, hub: hub, runner: runner, evaluation: evaluation)
        return .accepted(session, headers: headers)
    }

    /// The answer's fields; nil where the request's are no handshake.
    private static func handshake(_ fields: HTTPFields, on channel: any Channel) async -> HTTPFields? {
        func has(_ name: HTTPField.Name, _ word: String) -> Bool {
            fields[values: name].contains { value in
                value.split(separator: ",").contains { $0.filter { $0 != " " }.lowercased() == word }
            }
        }
        guard has(.upgrade, "websocket"), has(.connection, "upgrade") else { return nil }
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        for field in fields { head.headers.add(name: field.name.canonicalName, value: field.value) }
        // Knows the key and its answer; what of the connection is changed, and when, is the session's.
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
        let answer = upgrader.buildUpgradeResponse(channel: channel, upgradeRequest: head, initialResponseHeaders: [:])
        guard let headers = try? await answer.get() else { return nil }
        var out = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { out.append(HTTPField(name: name, value: value)) }
        }
        return out
    }
}
