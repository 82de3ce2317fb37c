import TeleAlert
import TeleModel
import Testing

@testable import TeleServer

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Receivers against what can be wrong with them.
@Suite struct ReceiverTests {
    private static func command(_ script: String, timeout: String, output: Int = 4096) throws -> CommandSettings {
        let quoted = script.replacing("'", with: "''")
        let configuration = try AlertingConfiguration(
            yaml: """
                route: {receiver: a}
                receivers:
                - name: a
                  command_configs: [{path: /bin/sh, args: [-c, '\(quoted)'], timeout: \(timeout), output_bytes: \(output)}]
                """)
        guard case .command(let settings)? = configuration.receivers["a"]?.integrations.first?.means else {
            throw AlertingProblem("no command", key: "")
        }
        return settings
    }

    /// Zombies are dead too.
    private static func isAlive(_ pid: Int) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return text.split(separator: ")").last?.split(separator: " ").first != "Z"
    }

    /// A child in the background that takes no notice of SIGTERM ends with the program that started it.
    @Test func whatACommandStartedEndsWithItsTime() async throws {
        let file = FileManager.default.temporaryDirectory.path + "/tele-command-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let settings = try ReceiverTests.command(
            "sh -c 'trap \"\" TERM; echo $$ > \(file); while :; do sleep 1; done' & wait", timeout: "500ms")
        let start = ContinuousClock.now
        let failure = await #expect(throws: DeliveryFailure.self) {
            try await CommandRunner.run(settings, input: [], environment: [:])
        }
        #expect(failure?.description.contains("was stopped after 500 ms") == true)
        #expect(ContinuousClock.now - start < .seconds(20))
        let pid = Int(try String(contentsOfFile: file, encoding: .utf8).filter(\.isNumber)) ?? 0
        try #require(pid > 1)
        var isAlive = true
        for _ in 0..<200 where isAlive {
            isAlive = ReceiverTests.isAlive(pid)
            if isAlive { try await Task.sleep(for: .milliseconds(20)) }
        }
        #expect(!isAlive)
    }

    /// Of what a command prints without end, a part is kept and the rest read and dropped.
    @Test func outputIsBounded() async throws {
        let endless = try ReceiverTests.command("yes 0123456789", timeout: "400ms", output: 100)
        let failure = await #expect(throws: DeliveryFailure.self) {
            try await CommandRunner.run(endless, input: [], environment: [:])
        }
        let digits = failure?.description.split(separator: ":").last?.utf8.count ?? 0
        #expect((90...120).contains(digits), "\(String(describing: failure))")
        let much = try ReceiverTests.command("yes x | head -c 3000000; exit 3", timeout: "30s", output: 10)
        let other = await #expect(throws: DeliveryFailure.self) {
            try await CommandRunner.run(much, input: Array(repeating: 0x20, count: 1 << 20), environment: [:])
        }
        #expect(other?.description.contains("ended with 3") == true)
    }

    private static func notification(_ count: Int) throws -> TeleAlert.Notification {
        let yaml =
            "route: {receiver: a, group_wait: 0s}\nreceivers: [{name: a, webhook_configs: [{url: 'http://x'}]}]"
        var dispatcher = Dispatcher(try AlertingConfiguration(yaml: yaml))
        let alert = Alert(
            labels: LabelSet([("alertname", "x\r\nX-Evil: 1\"")]), annotations: .empty, state: .firing, activeAt: 0,
            startsAt: 0, endsAt: .max, value: 1, generatorURL: "")
        dispatcher.receive([HeldAlert(alert, origin: .posted, isEndAssumed: false, now: 0)], now: 0)
        var notification = try #require(dispatcher.flush(now: 0).first)
        notification.items = Array(repeating: notification.items[0], count: count)
        return notification
    }

    private struct Told: Decodable {
        struct One: Decodable { var labels: [String: String] }
        var alerts: [One]
        var truncatedAlerts: Int
    }

    /// As many alerts in one group as the server holds: the receiver hears of those that fit, and how many there are more.
    @Test func aPayloadTellsWhatFits() throws {
        let most = AlertingLimits.alerts
        let notification = try ReceiverTests.notification(most)
        let body = WebhookPayload.json(notification, externalURL: "", maxAlerts: 0)
        #expect(body.count <= 2 * AlertingLimits.bodyBytes)
        let told = try JSONDecoder().decode(Told.self, from: Data(body))
        #expect(told.alerts.count > 1000 && told.alerts.count + told.truncatedAlerts == most)
        #expect(told.alerts.first?.labels["alertname"] == "x\r\nX-Evil: 1\"")
        let few = WebhookPayload.json(notification, externalURL: "", maxAlerts: 3)
        let three = try JSONDecoder().decode(Told.self, from: Data(few))
        #expect(three.alerts.count == 3 && three.truncatedAlerts == most - 3)
    }
}
