import Foundation
import HTTPTypes
import TeleAPI
import TeleEngine
import TeleServer
import TeleTestKit
import Testing

/// `telectl loglevel` and the library's poll, without a socket.
struct LogLevelRoutesTests {
    private let context = APIContext(engine: MemoryEngine()) { QueryBudget() }

    private func ask(
        _ service: String?, _ parameters: [String: String]? = nil, accept: String? = nil
    ) throws -> (status: Int, body: String) {
        var request = APIRequest(method: parameters == nil ? .get : .post, path: "/api/tele/v1/loglevels")
        request.pathParameters["service"] = service
        request.parameters = (parameters ?? [:]).map { (name: $0.key, value: $0.value) }
        if let accept { request.headers[.accept] = accept }
        let template = "/api/tele/v1/loglevels" + (service == nil ? "" : "/{service}")
        let route = try #require(TeleRoutes.all.first { $0.template == template })
        let response = route.handle(request, context)
        return (response.status.code, String(decoding: response.body, as: UTF8.self))
    }

    private func levels(_ body: String) throws -> [TeleLogLevel] {
        try JSONDecoder().decode(TeleLogLevels.self, from: Data(body.utf8)).levels
    }

    @Test func aLevelIsSetReadAndTakenAway() throws {
        #expect(try ask("shop", ["label": "cart", "level": "debug", "for": "90s"]).status == 200)
        #expect(try ask("shop", ["level": "trace"]).status == 200)
        #expect(try ask("other", ["label": "x", "level": "error"]).status == 200)
        let all = try levels(ask(nil).body)
        #expect(all.map(\.service) == ["other", "shop", "shop"] && all.map(\.label) == ["x", "*", "cart"])
        #expect(all[2].seconds <= 90 && all[2].seconds > 80 && all[0].seconds > 590)
        let text = try ask("shop", accept: "text/plain")
        #expect(text.body.hasPrefix("trace\t") && text.body.hasSuffix("\tcart\n"))
        #expect(try levels(ask("shop", ["label": "*", "level": "default"]).body).map(\.label) == ["cart"])
        #expect(try ask("nobody", accept: "text/plain").body == "")
    }

    @Test func aLevelEndsByItself() throws {
        #expect(try ask("s", ["label": "a", "level": "debug", "for": "5ms"]).status == 200)
        Thread.sleep(forTimeInterval: 0.02)
        #expect(try levels(ask("s").body).isEmpty)
    }

    @Test(arguments: [
        ["level": "loud"], [:], ["level": "debug", "for": "soon"], ["level": "debug", "for": "25h"],
        ["level": "debug", "for": "-1s"], ["level": "debug", "label": ""], ["level": "debug", "label": "a\tb"],
        ["level": "debug", "label": String(repeating: "x", count: 300)],
    ]) func nonsenseIsRefused(_ parameters: [String: String]) throws {
        let answer = try ask("s", parameters)
        #expect(answer.status == 400 && answer.body.contains("error"))
        #expect(try levels(ask(nil).body).isEmpty)
    }

    @Test func thereIsAnEnd() throws {
        for i in 0..<1_000 { #expect(try ask("s\(i % 100)", ["label": "l\(i)", "level": "debug"]).status == 200) }
        #expect(try ask("s", ["label": "one more", "level": "debug"]).status == 422)
        #expect(try ask("s5", ["label": "l5", "level": "trace"]).status == 200)
    }
}
