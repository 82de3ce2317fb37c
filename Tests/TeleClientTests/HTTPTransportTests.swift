import Testing
import Tracing

@testable import TeleClient

/// What answers, and connections that end, mean for a batch.
@Suite struct HTTPTransportTests {
    private func transport(_ server: RawServer, _ change: (inout TeleConfiguration) -> Void = { _ in }) throws
        -> HTTPTransport
    {
        let port = server.port
        return try HTTPTransport(
            .testing {
                $0.endpoint = "http://127.0.0.1:\(port)"
                change(&$0)
            })
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answer: RawServer.Answer
        var means: ExportAnswer
        init(_ name: String, _ answer: RawServer.Answer, _ means: ExportAnswer) {
            (testDescription, self.answer, self.means) = (name, answer, means)
        }
    }

    static let cases = [
        Case("empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .accepted(rejected: 0)),
        Case("no body at all", "HTTP/1.1 204 No Content\r\n\r\n", .accepted(rejected: 0)),
        Case(
            "HTTP/1.0, ends with the connection", .init("HTTP/1.0 200 OK\r\n\r\n", closes: true), .accepted(rejected: 0)
        ),
        Case(
            "chunks with a partial success",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\n\u{2}\r\n2\r\n\u{8}\u{3}\r\n0\r\n\r\n",
            .accepted(rejected: 3)),
        Case(
            "a body that is cut off says nothing",
            .init("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\n\u{2}\u{8}\u{3}", closes: true), .accepted(rejected: 0)
        ),
        Case(
            "far too much of a body",
            .init("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + String(repeating: "x", count: 1_000_000)),
            .accepted(rejected: 0)),
        Case(
            "continue first",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
            .retry(after: .seconds(7))),
        Case("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", .unreachable),
        Case("nothing", .init("", closes: true), .unreachable), Case("silence", "", .unreachable),
        Case("half a head", .init("HTTP/1.1 200 OK\r\nConte", closes: true), .unreachable),
        Case(
            "a head without end", .init("HTTP/1.1 200 OK\r\nA: " + String(repeating: "x", count: 300_000)), .unreachable
        ),
        Case(
            "a redirect", "HTTP/1.1 308 Over There\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", .refused(status: 308)),
    ]

    @Test(arguments: cases) func anAnswerMeans(_ one: Case) async throws {
        let server = try await RawServer { _ in one.answer }
        let transport = try transport(server)
        let isSilent = one.answer.text.isEmpty && !one.answer.closes
        let timeout = isSilent ? Duration.milliseconds(200) : .seconds(20)
        #expect(await transport.send([1, 2, 3], of: .traces, timeout: timeout) == one.means)
        await transport.close()
        await server.close()
    }

    /// A server that refuses a large body answers before it has read it.
    @Test func anAnswerBeforeTheEndOfTheRequest() async throws {
        let server = try await RawServer { _ in "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n" }
        let transport = try transport(server) { $0.compression = .none }
        let body = [UInt8](repeating: 7, count: 8 << 20)
        #expect(await transport.send(body, of: .logs, timeout: .seconds(20)) == .refused(status: 413))
        await transport.close()
        await server.close()
    }

    @Test func aConnectionIsKeptAndReplaced() async throws {
        let server = try await RawServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }
        let transport = try transport(server)
        for _ in 0..<5 {
            #expect(await transport.send([1], of: .logs, timeout: .seconds(20)) == .accepted(rejected: 0))
        }
        #expect(server.connections == 1)
        await server.hangUp()
        // Whether or not the end has been seen already: a closed connection is no answer.
        #expect(await transport.send([1], of: .logs, timeout: .seconds(20)) == .accepted(rejected: 0))
        #expect(server.connections == 2)
        await transport.close()
        #expect(await transport.send([1], of: .logs, timeout: .seconds(20)) == .accepted(rejected: 0))
        await server.close()
    }

    @Test func aServerThatWantsToCloseIsNotAskedAgainThere() async throws {
        let server = try await RawServer { _ in "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" }
        let transport = try transport(server)
        for _ in 0..<3 {
            #expect(await transport.send([1], of: .logs, timeout: .seconds(20)) == .accepted(rejected: 0))
        }
        #expect(server.connections == 3)
        await transport.close()
        await server.close()
    }

    @Test func cancellingEndsIt() async throws {
        let server = try await RawServer { _ in "" }
        let transport = try transport(server)
        let task = Task { await transport.send([1], of: .logs, timeout: .seconds(600)) }
        #expect(await eventually { server.connections == 1 })
        task.cancel()
        #expect(await task.value == .unreachable)
        await transport.close()
        await server.close()
    }

    @Test func aNameThatIsNotThereIsUnreachable() async throws {
        let transport = try HTTPTransport(.testing { $0.endpoint = "http://nowhere.invalid:4318" })
        let start = ContinuousClock.now
        #expect(await transport.send([1], of: .logs, timeout: .milliseconds(300)) == .unreachable)
        #expect(ContinuousClock.now - start < .seconds(20))
        await transport.close()
    }

    /// The authority that the configuration names is trusted, and no other: nothing is sent to who can't prove its name.
    @Test func transportLayerSecurity() async throws {
        let path = "/tmp/tele-ca-\(UInt64.random(in: 0...UInt64.max)).pem"
        #expect(SmallFile.write(Array(TestCertificate.authority.utf8), to: path))
        defer { SmallFile.remove(path) }
        let server = try await RawServer(isSecure: true) { _ in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }
        let port = server.port
        for (host, isTrusted) in [("localhost", true), ("127.0.0.1", true), ("localhost", false)] {
            let tele = try Tele(
                .testing {
                    $0.endpoint = "https://\(host):\(port)"
                    $0.tls.certificateAuthority = isTrusted ? path : nil
                    $0.metricsExport.isEnabled = false
                })
            tele.start()
            for i in 0..<3 { tele.tracer.startSpan("\(i)", context: .topLevel).end() }
            #expect(await tele.flush(deadline: isTrusted ? .seconds(30) : .milliseconds(500)) == isTrusted)
            let books = tele.statistics.traces
            #expect(books.adds && books.sent == (isTrusted ? 3 : 0) && books.waiting == (isTrusted ? 0 : 3), "\(host)")
            await tele.shutdown(deadline: .milliseconds(200))
            #expect(tele.statistics.traces.adds && tele.statistics.traces.waiting == 0)
        }
        await server.close()
    }

    @Test func endpoints() {
        #expect(Endpoint("http://h:4317/x/")?.address.port == 4317 && Endpoint("http://h:4317/x/")?.path == "/x")
        #expect(Endpoint("HTTPS://h")?.address.isSecure == true && Endpoint("https://h")?.address.port == 443)
        #expect(Endpoint("http://[::1]:99")?.address.host == "::1" && Endpoint("http://[::1]")?.authority == "[::1]")
        #expect(Endpoint("http://h?a=b")?.path == "/?a=b" && Endpoint("http://h/#x")?.path == "")
        #expect(Endpoint("https://10.0.0.1")?.address.serverName == nil)
        #expect(Endpoint("https://h.example")?.address.serverName == "h.example")
        for bad in [
            "", "h:1", "http://", "http://:80", "http://h:0", "http://h:x", "http://h:99999", "http://h:", "ftp://h",
            "http://a b", "http://user:pass@h", "http://ü",
        ] { #expect(Endpoint(bad) == nil, "\(bad)") }
    }
}
