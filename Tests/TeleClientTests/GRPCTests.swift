#if GRPC
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import TeleCodec
import TeleWire
import Testing
import Tracing

@testable import TeleClient

/// A gRPC server for unary calls that answers as a script says.
private final class ScriptedGRPC: Sendable {
    struct Answer: Sendable {
        var status: String
        var details: String?
        var body: [UInt8] = []
        var isHung = false
    }

    struct Call: Sendable {
        var path: String
        var headers: HTTPHeaders
        /// The message, unpacked.
        var body: [UInt8]
    }

    private final class Log: Sendable {
        let calls = Locked<[Call]>([])
        let script: @Sendable (Int) -> Answer
        init(_ script: @escaping @Sendable (Int) -> Answer) { self.script = script }
    }

    private let channel: any Channel
    private let log: Log

    init(_ script: @escaping @Sendable (Int) -> Answer) async throws {
        let log = Log(script)
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.configureHTTP2Pipeline(mode: .server) { stream in
                    stream.eventLoop.makeCompletedFuture {
                        try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
                        try stream.pipeline.syncOperations.addHandler(Handler(log))
                    }
                }.map { _ in }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var calls: [Call] { log.calls.withLock { $0 } }
    func close() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let log: Log
        private var head: HTTPRequestHead?
        private var bytes: [UInt8] = []

        init(_ log: Log) { self.log = log }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(let part): bytes += part.readableBytesView
            case .end: finish(context)
            }
        }

        private func finish(_ context: ChannelHandlerContext) {
            guard let head, bytes.count >= 5 else { return }
            var message = Array(bytes.dropFirst(5))
            if bytes[0] == 1 { message = (try? Gzip.decompress(message.span, limit: 64 << 20)) ?? [] }
            let number = log.calls.withLock { calls in
                calls.append(Call(path: head.uri, headers: head.headers, body: message))
                return calls.count - 1
            }
            let answer = log.script(number)
            guard !answer.isHung else { return }
            let fields = HTTPHeaders([("content-type", "application/grpc")])
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http2, status: .ok, headers: fields))), promise: nil)
            if !answer.body.isEmpty {
                var buffer = ByteBuffer(bytes: [0])
                buffer.writeInteger(UInt32(answer.body.count))
                buffer.writeBytes(answer.body)
                context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
            }
            var trailers = HTTPHeaders([("grpc-status", answer.status)])
            if let details = answer.details { trailers.add(name: "grpc-status-details-bin", value: details) }
            context.writeAndFlush(wrapOutboundOut(.end(trailers)), promise: nil)
        }
    }
}

@Suite struct GRPCTests {
    /// RetryInfo of 2.5 s.
    static let retryInfo = "CAgaNgoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIKCggIAhCAyrXuAQ=="

    private func tele(_ server: ScriptedGRPC, _ change: (inout TeleConfiguration) -> Void = { _ in }) throws -> Tele {
        let address = server.address
        let tele = try Tele(
            .testing {
                $0.wireProtocol = .grpc
                $0.endpoint = address
                $0.headers = ["Api-Key": "secret"]
                $0.metricsExport.isEnabled = false
                change(&$0)
            })
        tele.start()
        return tele
    }

    private func make(_ count: Int, _ tele: Tele) {
        for i in 0..<count { tele.tracer.startSpan("span \(i)", context: .topLevel).end() }
    }

    @Test func callsArrive() async throws {
        let server = try await ScriptedGRPC { _ in .init(status: "0") }
        let tele = try tele(server)
        make(50, tele)
        tele.logger(label: "l").info("hello")
        #expect(await tele.shutdown(deadline: .seconds(60)))
        let traces = server.calls.filter { $0.path == "/opentelemetry.proto.collector.trace.v1.TraceService/Export" }
        #expect(ProtoTree.records(traces.map(\.body)).count == 50)
        #expect(server.calls.contains { $0.path == "/opentelemetry.proto.collector.logs.v1.LogsService/Export" })
        let headers = try #require(traces.first?.headers)
        #expect(headers.first(name: "content-type") == "application/grpc" && headers.first(name: "te") == "trailers")
        #expect(headers.first(name: "grpc-encoding") == "gzip" && headers.first(name: "api-key") == "secret")
        #expect(headers.first(name: "grpc-timeout")?.hasSuffix("m") == true)
        #expect(tele.statistics.traces.sent == 50)
        await server.close()
    }

    @Test func unavailableIsTriedAgain() async throws {
        let server = try await ScriptedGRPC { $0 < 2 ? .init(status: "14") : .init(status: "0") }
        let tele = try tele(server)
        make(3, tele)
        #expect(await eventually { tele.statistics.traces.sent == 3 })
        #expect(server.calls.count == 3)
        await tele.shutdown(deadline: .seconds(60))
        await server.close()
    }

    @Test func refusedAndRejected() async throws {
        // partial_success {rejected_spans: 3}
        let server = try await ScriptedGRPC {
            $0 == 0 ? .init(status: "0", body: [0x0a, 2, 0x08, 3]) : .init(status: "3")
        }
        let tele = try tele(server)
        make(10, tele)
        #expect(await tele.flush(deadline: .seconds(60)))
        #expect(tele.statistics.traces.drops == [.rejected: 3])
        make(4, tele)
        #expect(await tele.flush(deadline: .seconds(60)))
        #expect(tele.statistics.traces.drops == [.rejected: 3, .refused: 4] && tele.statistics.traces.adds)
        await tele.shutdown(deadline: .seconds(60))
        await server.close()
    }

    @Test func aServerThatHangsDoesNotKeepTheShutdown() async throws {
        let server = try await ScriptedGRPC { _ in .init(status: "0", isHung: true) }
        let tele = try tele(server)
        make(5, tele)
        #expect(await eventually { !server.calls.isEmpty })
        let start = ContinuousClock.now
        #expect(await tele.shutdown(deadline: .milliseconds(300)) == false)
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(tele.statistics.traces.adds && tele.statistics.traces.drops == [.shutdown: 5])
        await server.close()
    }

    @Test func aDeadServerIsUnreachable() async throws {
        let server = try await ScriptedGRPC { _ in .init(status: "0") }
        let tele = try tele(server)
        await server.close()
        make(5, tele)
        #expect(await tele.flush(deadline: .milliseconds(300)) == false)
        #expect(tele.statistics.traces.waiting == 5)
        await tele.shutdown(deadline: .milliseconds(300))
        #expect(tele.statistics.traces.adds)
    }

    @Test func statusesMeanWhatTheSpecificationSays() {
        let head = HTTPResponseHead(version: .http2, status: .ok)
        func meaning(_ status: String, _ details: String? = nil) -> ExportAnswer {
            var trailers = HTTPHeaders([("grpc-status", status)])
            if let details { trailers.add(name: "grpc-status-details-bin", value: details) }
            return GRPCAnswer.meaning(of: trailers, head: head, body: [])
        }
        #expect(meaning("0") == .accepted(rejected: 0))
        for code in ["1", "4", "10", "11", "14", "15"] { #expect(meaning(code) == .retry(after: nil), "\(code)") }
        for code in ["2", "3", "5", "7", "12", "13", "16", "8"] {
            #expect(meaning(code) == .refused(status: UInt(code) ?? 0), "\(code)")
        }
        #expect(meaning("8", Self.retryInfo) == .retry(after: .milliseconds(2_500)))
        #expect(meaning("14", Self.retryInfo) == .retry(after: .milliseconds(2_500)))
        #expect(meaning("14", "!!!") == .retry(after: nil))
        #expect(GRPCAnswer.meaning(of: nil, head: nil, body: []) == .unreachable)
        let proxy = HTTPResponseHead(version: .http2, status: .notFound)
        #expect(GRPCAnswer.meaning(of: nil, head: proxy, body: []) == .refused(status: 404))
    }
}
#endif
