import HTTPTypes
import Logging
import TeleAlert
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@testable import TeleServer

@Suite struct AlertmanagerRoutesTests {
    private struct Nowhere: Transport {
        func deliver(_ notification: Notification) async throws(DeliveryFailure) {}
    }

    private static func context() throws -> APIContext {
        let configuration = try AlertingConfiguration(
            yaml: """
                route: {receiver: a, group_by: [alertname], routes: [{matchers: [team=b], receiver: b}]}
                inhibit_rules: [{source_matchers: [sev=page], target_matchers: [sev=warn], equal: [alertname]}]
                receivers: [{name: a}, {name: b, webhook_configs: [{url: "http://secret/"}]}]
                """)
        let keeper = AlertKeeper(configuration, disk: FaultyDisk(seed: 1), folder: nil, now: 0)
        var context = APIContext(engine: MemoryEngine()) {
            QueryBudget(maxRows: .max, maxBytes: .max, timeout: .seconds(9))
        }
        context.alerts = AlertDelivery(keeper, transport: Nowhere(), logger: Logger(label: "test"))
        return context
    }

    private static func ask(
        _ context: APIContext, _ path: String, _ parameters: [(String, String)] = [], post body: String? = nil,
        method: HTTPRequest.Method? = nil
    ) -> (status: Int, body: String) {
        let method = method ?? (body == nil ? .get : .post)
        var table = RouteTable<APIRoute>()
        for route in AlertmanagerRoutes.all { table.add(route.methods, route.template, route) }
        let segments = ("alertmanager/" + path).split(separator: "/").map(String.init)
        guard case .found(let route, let names) = table.find(method, segments) else { return (404, "no route") }
        var request = APIRequest(method: method, path: path)
        request.pathParameters = names
        request.parameters = parameters.map { (name: $0.0, value: $0.1) }
        request.body = Array((body ?? "").utf8)
        let response = route.handle(request, context)
        return (response.status.code, String(decoding: response.wholeBody, as: UTF8.self))
    }

    @Test func alertsAreTakenFilteredAndShown() throws {
        let context = try AlertmanagerRoutesTests.context()
        let body = """
            [{"labels":{"alertname":"A","sev":"page","empty":""},"annotations":{"s":"x"},"generatorURL":"http://g"},
             {"labels":{"alertname":"A","sev":"warn"}},{"labels":{"alertname":"B","team":"b"},"startsAt":"2026-01-01T00:00:00+01:00"}]
            """
        #expect(AlertmanagerRoutesTests.ask(context, "api/v2/alerts", post: body).status == 200)
        func count(_ parameters: [(String, String)]) -> Int {
            AlertmanagerRoutesTests.ask(context, "api/v2/alerts", parameters).body.split(separator: "fingerprint").count
                - 1
        }
        #expect(count([]) == 3)
        #expect(count([("inhibited", "false")]) == 2)
        #expect(count([("active", "false")]) == 1)
        #expect(count([("filter", "alertname=A"), ("filter", "sev=~p.*")]) == 1)
        #expect(count([("filter", "empty=")]) == 3)
        #expect(count([("receiver", "b|c")]) == 1)
        let shown = AlertmanagerRoutesTests.ask(context, "api/v2/alerts", [("filter", "team=b")]).body
        #expect(
            shown.contains(#""startsAt":"2025-12-31T23:00:00.000Z""#) && shown.contains(#""receivers":[{"name":"b"}]"#))
        let groups = AlertmanagerRoutesTests.ask(context, "api/v2/alerts/groups").body
        #expect(groups.hasPrefix(#"[{"labels":{"alertname":"A"},"receiver":{"name":"a"},"alerts":["#))
        // Resolved: gone from the answer.
        let end =
            #"[{"labels":{"alertname":"B","team":"b"},"startsAt":"2026-01-01T00:00:00Z","endsAt":"2026-01-02T00:00:00Z"}]"#
        #expect(AlertmanagerRoutesTests.ask(context, "api/v2/alerts", post: end).status == 200)
        #expect(count([]) == 2)
        #expect(!AlertmanagerRoutesTests.ask(context, "api/v2/status").body.contains("http://secret"))
    }

    @Test func silencesHaveALife() throws {
        let context = try AlertmanagerRoutesTests.context()
        func silence(_ id: String, _ value: String, until year: Int) -> (status: Int, body: String) {
            AlertmanagerRoutesTests.ask(
                context, "api/v2/silences",
                post:
                    #"{"id":"\#(id)","matchers":[{"name":"alertname","value":"\#(value)","isRegex":false,"isEqual":true}],"startsAt":"2026-01-01T00:00:00Z","endsAt":"\#(year)-01-01T00:00:00Z","createdBy":"me","comment":"c"}"#
            )
        }
        let made = silence("", "A", until: 2999)
        #expect(made.status == 200)
        let id = String(made.body.dropFirst(#"{"silenceID":""#.utf8.count).dropLast(2))
        #expect(id.utf8.count == 36)
        _ = AlertmanagerRoutesTests.ask(context, "api/v2/alerts", post: #"[{"labels":{"alertname":"A"}}]"#)
        let alert = AlertmanagerRoutesTests.ask(context, "api/v2/alerts").body
        #expect(alert.contains(#""state":"suppressed","silencedBy":["\#(id)"]"#))
        // Other matchers are another silence; the old one ends.
        let other = silence(id, "B", until: 2999)
        #expect(other.status == 200 && !other.body.contains(id))
        #expect(AlertmanagerRoutesTests.ask(context, "api/v2/silence/\(id)").body.contains(#""state":"expired""#))
        #expect(
            AlertmanagerRoutesTests.ask(context, "api/v2/silences", [("filter", "alertname=B")]).body.contains("\"B\""))
        #expect(
            AlertmanagerRoutesTests.ask(context, "api/v2/silences", [("expired", "false")]).body.contains(id) == false)
        #expect(AlertmanagerRoutesTests.ask(context, "api/v2/silence/\(id)", method: .delete).status == 200)
        #expect(AlertmanagerRoutesTests.ask(context, "api/v2/silence/none", method: .delete).status == 404)
        #expect(silence("none", "A", until: 2999).status == 404)
        #expect(silence("", "A", until: 2020).status == 400)
        #expect(silence("", "", until: 2999).status == 400)
    }

    @Test(arguments: [
        "", "{", "[1]", "{}", #"[{"labels":{}}]"#, #"[{"labels":{"a":""}}]"#, #"[{"labels":{"":"x"}}]"#,
        #"[{"labels":{"a":"b"},"startsAt":"9"}]"#, #"[{"labels":{"a":"b"},"endsAt":"2026-13-45T00:00:00Z"}]"#,
        #"[{"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]"#,
    ])
    func badAlertsAreRefused(_ body: String) throws {
        let context = try AlertmanagerRoutesTests.context()
        let answer = AlertmanagerRoutesTests.ask(context, "api/v2/alerts", post: body)
        #expect(answer.status == 400 && answer.body.hasPrefix("\""), "\(answer)")
        #expect(AlertmanagerRoutesTests.ask(context, "api/v2/alerts").body == "[]")
    }

    @Test func mailsCannotBeBentByLabels() {
        let message = MailMessage(
            from: "a@x", to: ["b@x"], subject: "a\r\nBcc: evil@x", headers: [], text: ".\r\nend", html: nil, time: 0,
            id: "1")
        let lines = String(decoding: message.smtpData, as: UTF8.self).components("\r\n")
        #expect(!lines.contains { $0.hasPrefix("Bcc") })
        #expect(lines.suffix(2) == [".", ""])
        #expect(lines.filter { $0 == "." }.count == 1)
        #expect(MailMessage.addresses("Ops <ops@x>, b@x, <bad\r\n>") == ["ops@x", "b@x"])
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
