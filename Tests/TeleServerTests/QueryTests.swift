import HTTPTypes
import TeleEngine
import TeleServer
import Testing

/// The adapter between the port and the tables of query routes.
@Suite struct QueryTests {
    /// Answers with what it was asked.
    static let echo = APIRoute([.get, .post], "/api/v1/echo/{name}/x") { request, _ in
        let parameters = request.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return .text("\(request.path) \(request.pathParameters["name"] ?? "") \(parameters) \(request.body.count)")
    }

    @Test func parametersFromPathQueryAndForm() async throws {
        try await RunningServer.with(routes: [QueryTests.echo]) { running in
            try await running.waitUntilReady()
            let get = try await running.get("/api/v1/echo/a%2Fb/x?q=1+2&q=3")
            #expect(get.text == "/api/v1/echo/a/b/x a/b q=1 2&q=3 0")
            let form = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
            let post = try await running.send("POST", "/api/v1/echo/n/x?q=1", [form], body: Array("q=2&z=%7B".utf8))
            #expect(post.text == "/api/v1/echo/n/x n q=2&z={&q=1 9")
            let other = try await running.send("POST", "/api/v1/echo/n/x", [RunningServer.json], body: [1, 2])
            #expect(other.text == "/api/v1/echo/n/x n  2")
            #expect(try await running.get("/prometheus/api/v1/echo/n/x").status == 200)
            #expect(try await running.send("DELETE", "/api/v1/echo/n/x").status == 405)
            let head = try await running.send("HEAD", "/api/v1/echo/n/x")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.headers["content-length"] == "21")
        }
    }

    @Test func largeAnswersAreGzippedWhereAskedFor() async throws {
        let route = APIRoute([.get], "/big") { _, _ in .json([UInt8](repeating: 0x20, count: 100_000)) }
        try await RunningServer.with(routes: [route, QueryTests.echo]) { running in
            try await running.waitUntilReady()
            let packed = try await running.get("/big", [("Accept-Encoding", "br, gzip;q=0.5")])
            #expect(packed.headers["content-encoding"] == "gzip")
            #expect(packed.body.count < 2_000)
            #expect(packed.headers["vary"] == "Accept-Encoding")
            for header in ["gzip;q=0", "br", ""] {
                let plain = try await running.get("/big", [("Accept-Encoding", header)])
                #expect(plain.headers["content-encoding"] == nil)
                #expect(plain.body.count == 100_000)
            }
            let small = try await running.get("/api/v1/echo/n/x", [("Accept-Encoding", "gzip")])
            #expect(small.headers["content-encoding"] == nil)
        }
    }

    @Test func formsThatAreTooLargeAreRefused() async throws {
        try await RunningServer.with(routes: [QueryTests.echo]) { running in
            try await running.waitUntilReady()
            let body = [UInt8](repeating: 0x61, count: 5 << 20)
            if let answer = try? await running.send("POST", "/api/v1/echo/n/x", [RunningServer.json], body: body) {
                #expect(answer.status == 413)
            }
            #expect(running.server.admission.inFlight == 0)
        }
    }

    /// Beyond the running and the waiting ones, queries are refused with 503 and Retry-After.
    @Test func tooManyQueriesAreRefused() async throws {
        var configuration = Configuration.forTests
        configuration.query.concurrency = 1
        let released = Counter()
        let route = APIRoute([.get], "/slow") { _, context in
            let budget = context.makeBudget()
            while released.value == 0, (try? budget.charge()) != nil {}
            return .text("done")
        }
        try await RunningServer.with(configuration, routes: [route]) { running in
            try await running.waitUntilReady()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 { group.addTask { try await running.get("/slow").status } }
                // None ends before all have come.
                while running.server.metrics.queries.refused.value < 3 { try await Task.sleep(for: .milliseconds(5)) }
                released.add()
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 503 }.count == 3)
            #expect(statuses.filter { $0 == 200 }.count == 9)
        }
    }

    /// A query whose client has gone ends at its next charge.
    @Test func aClientThatGoesAwayEndsItsQuery() async throws {
        let ended = AsyncStream<Bool>.makeStream()
        let route = APIRoute([.get], "/endless") { _, context in
            let budget = context.makeBudget()
            do throws(EngineError) { while true { try budget.charge() } } catch {
                ended.continuation.yield(error == .cancelled)
            }
            return .text("done")
        }
        try await RunningServer.with(routes: [route]) { running in
            try await running.waitUntilReady()
            let asking = Task { try await running.get("/endless") }
            while running.server.runner.inFlight == 0 { try await Task.sleep(for: .milliseconds(5)) }
            asking.cancel()
            for await wasCancelled in ended.stream {
                #expect(wasCancelled)
                break
            }
        }
    }
}
