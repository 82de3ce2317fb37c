internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import TeleModel

/// The HTTP port: finds what answers a request, reads the body under its limit, and writes the answer.
struct HTTPFront: Sendable {
    enum Target: Sendable {
        case otlp(Signal)
        case lokiPush
        /// Prometheus' remote write, 1.0 and 2.0.
        case remoteWrite
        /// Lists of Zipkin's spans.
        case zipkin
        case query(APIRoute)
        /// A WebSocket with what is stored from now on.
        case tail
        /// Answered at once, on whatever thread, also while the store is being opened.
        case own(@Sendable (APIRequest) -> APIResponse)
    }

    let table: RouteTable<Target>
    let pipeline: IngestPipeline
    let runner: QueryRunner
    let state: ServerState
    let metrics: ServerMetrics
    let tail: TailDoor

    @concurrent
    func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let target = RequestTarget(request.head.path ?? "/")
        var response: APIResponse
        switch table.find(request.method, target.segments) {
        case .unknown where HTTPFront.isPreflight(request, target),
            .wrongMethod where HTTPFront.isPreflight(request, target):
            response = APIResponse(.noContent, contentType: nil, body: [])
        case .unknown:
            response = .text("404: nothing is at \(target.path)\n", status: .notFound)
        case .wrongMethod(let allowed):
            response = .text("405: \(target.path) does not take \(request.method)\n", status: .methodNotAllowed)
            response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
        case .found(.otlp(let signal), _):
            if HTTPFront.expectsContinue(request) { try await writer.writeInformationalHead(.init(status: .continue)) }
            response = try await ingest(signal, request)
        case .found(.lokiPush, _):
            if HTTPFront.expectsContinue(request) { try await writer.writeInformationalHead(.init(status: .continue)) }
            response = try await lokiPush(request)
        case .found(.remoteWrite, _):
            if HTTPFront.expectsContinue(request) { try await writer.writeInformationalHead(.init(status: .continue)) }
            response = try await remoteWrite(request)
        case .found(.zipkin, _):
            if HTTPFront.expectsContinue(request) { try await writer.writeInformationalHead(.init(status: .continue)) }
            response = try await ingestZipkin(request)
        case .found(.own(let answer), let parameters):
            response = answer(HTTPFront.apiRequest(request, target, parameters))
        case .found(.tail, let parameters):
            switch await tail.open(HTTPFront.apiRequest(request, target, parameters), on: channel) {
            case .refused(let refusal): response = refusal
            case .accepted(let session, let headers):
                let gate = try await TailGate.close(channel)
                try await writer.writeInformationalHead(
                    HTTPResponse(status: .switchingProtocols, headerFields: headers))
                return await session.run(channel, gate)
            }
        case .found(.query(let route), let parameters):
            if HTTPFront.expectsContinue(request) { try await writer.writeInformationalHead(.init(status: .continue)) }
            response = try await query(route, request, HTTPFront.apiRequest(request, target, parameters), channel)
        }
        for field in crossOrigin(request, target) {
            // An answer that is gzipped or not has a Vary of its own.
            response.headers[field.name] = [response.headers[field.name], field.value].compactMap(\.self).joined(
                separator: ", ")
        }
        try await write(response, isHead: request.method == .head, writer)
    }

    @concurrent
    private func write(
        _ response: APIResponse, isHead: Bool, _ writer: consuming ResponseWriter
    ) async throws {
        var head = HTTPResponse(status: response.status, headerFields: response.headers)
        head.headerFields[.date] = CalendarTime(unixSeconds: Int(WallClock.nanoseconds / 1_000_000_000)).http
        if response.status != .noContent, response.status != .notModified, response.rest == nil || isHead {
            // Without a length a HEAD's answer would end with the last chunk of a body that it does not have.
            var length = response.body.count
            if let rest = response.rest {
                while let piece = try await runner.next(of: rest) { length += piece.count }
            }
            head.headerFields[.contentLength] = "\(length)"
        }
        if !isHead, let rest = response.rest {
            let (first, runner) = (ByteBuffer(bytes: response.body), runner)
            let body = ResponseBody { writer in
                try await writer.write(first)
                while let piece = try await runner.next(of: rest) {
                    if !piece.isEmpty { try await writer.write(ByteBuffer(bytes: piece)) }
                }
                try await writer.finish(nil)
            }
            try await writer.write(response: head, body: body)
        } else if isHead || response.body.isEmpty {
            try await writer.writeResponse(head)
        } else {
            try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: response.body)))
        }
    }

    private static func expectsContinue(_ request: Request) -> Bool {
        request.headers[.expect]?.lowercased() == "100-continue"
    }

    private static func apiRequest(
        _ request: Request, _ target: RequestTarget, _ parameters: [String: String]
    ) -> APIRequest {
        var out = APIRequest(method: request.method, path: target.path)
        out.pathParameters = parameters
        out.parameters = RequestTarget.parameters(target.query.utf8)
        out.headers = request.headers
        return out
    }
}

extension HTTPFront {
    /// A query: a form's parameters come before those of the address, as Go's servers have it.
    private func query(
        _ route: APIRoute, _ request: Request, _ call: APIRequest, _ channel: any Channel
    ) async throws -> APIResponse {
        var call = call
        if request.method != .get, request.method != .head {
            let reader = BodyReader(limit: Limits.queryBodyBytes, admission: pipeline.admission)
            do { call.body = try await reader.collect(request).body } catch let failure as IngestFailure {
                var response = APIResponse.text(failure.message + "\n", status: failure.status)
                response.retryAfter(failure)
                return response
            }
            if MediaType.essence(request.headers[.contentType]) == "application/x-www-form-urlencoded" {
                call.parameters = RequestTarget.parameters(call.body) + call.parameters
            }
        }
        let run = QueryRun()
        let watch = try? await channel.pipeline.handler(type: DisconnectWatch.self).get()
        watch?.watch(run)
        defer { watch?.watch(nil) }
        return await withTaskCancellationHandler {
            await runner.answer(route, call, run)
        } onCancel: {
            run.cancel()
        }
    }
}

extension APIResponse {
    mutating func retryAfter(_ failure: IngestFailure) {
        if let seconds = failure.retryAfter { headers[.retryAfter] = "\(seconds)" }
        // Whatever else of the body is under way is not worth sending.
        if failure.reason == .tooLarge || failure.reason == .slowBody { headers[.connection] = "close" }
    }
}
