import TeleAlert
import TeleModel
import Testing

@Suite struct DispatcherTests {
    static func configuration(_ extra: String = "", route: String = "group_by: [job]") throws -> AlertingConfiguration {
        try AlertingConfiguration(
            yaml: """
                route: {receiver: hook, group_wait: 10s, group_interval: 60s, repeat_interval: 1h, \(route)}
                receivers:
                - {name: hook, webhook_configs: [{url: "http://x/"}]}
                - {name: mail, email_configs: [{to: a@x, from: b@x, smarthost: "x:25"}]}
                - {name: nobody}
                \(extra)
                """)
    }

    static func alert(
        _ labels: [(String, String)], from start: Int64, until end: Int64 = .max, now: Int64
    ) -> HeldAlert {
        let set = LabelSet(labels.map { (name: $0.0, value: $0.1) })
        let alert = Alert(
            labels: set, annotations: .empty, state: end > now ? .firing : .resolved, activeAt: start, startsAt: start,
            endsAt: end, value: 1, generatorURL: "")
        return HeldAlert(alert, origin: .rules, isEndAssumed: false, now: now)
    }

    /// Flushes at each second and delivers at once; what was told: time in seconds, names firing and resolved.
    static func run(
        _ dispatcher: inout Dispatcher, _ seconds: ClosedRange<Int64>, at events: [Int64: [HeldAlert]] = [:]
    ) -> [String] {
        var out: [String] = []
        for second in seconds {
            let now = second * 1000
            if let alerts = events[second] { dispatcher.receive(alerts, now: now) }
            var due = dispatcher.flush(now: now)
            while let notification = due.popLast() {
                out.append("\(second) \(names(notification))")
                due += dispatcher.finished(notification, isDelivered: true, now: now)
            }
        }
        return out
    }

    static func names(_ notification: Notification) -> String {
        func list(_ isFiring: Bool) -> String {
            notification.items.filter { $0.isFiring == isFiring }.map { $0.alert.labels["n"] ?? "-" }.sorted().joined()
        }
        return
            "\(notification.key.integration.receiver) \(notification.groupLabels["job"] ?? "") \(list(true))/\(list(false))"
    }

    @Test func groupsWaitAndRepeat() throws {
        var dispatcher = Dispatcher(try DispatcherTests.configuration())
        let a = [("job", "j"), ("n", "a")], b = [("job", "j"), ("n", "b")], c = [("job", "k"), ("n", "c")]
        func fires(_ labels: [(String, String)], _ at: Int64) -> HeldAlert {
            DispatcherTests.alert(labels, from: at * 1000, now: at * 1000)
        }
        func ends(_ labels: [(String, String)], _ from: Int64, _ at: Int64) -> HeldAlert {
            DispatcherTests.alert(labels, from: from * 1000, until: at * 1000, now: at * 1000)
        }
        let told = DispatcherTests.run(
            &dispatcher, 0...4000,
            // What comes within the group's interval is told with its next flush.
            at: [0: [fires(a, 0)], 5: [fires(b, 5)], 20: [fires(c, 20)], 90: [ends(b, 5, 90)], 200: [ends(c, 20, 200)]])
        #expect(
            told == [
                "10 hook j ab/", "30 hook k c/", "130 hook j a/b", "210 hook k /c", "3730 hook j a/",
            ])
        #expect(dispatcher.groups.count == 1 && dispatcher.alerts.count == 1)
        #expect(dispatcher.records.count == 1, "a group that is over leaves no record")
    }

    @Test func anAlertThatIsOldIsToldAtOnce() throws {
        var dispatcher = Dispatcher(try DispatcherTests.configuration())
        let told = DispatcherTests.run(
            &dispatcher, 1000...1010, at: [1000: [DispatcherTests.alert([("n", "a")], from: 0, now: 1_000_000)]])
        #expect(told == ["1000 hook  a/"])
    }

    @Test func endsByItselfWhereNobodySendsIt() throws {
        var dispatcher = Dispatcher(try DispatcherTests.configuration())
        let told = DispatcherTests.run(
            &dispatcher, 0...200, at: [0: [DispatcherTests.alert([("n", "a")], from: 0, until: 50_000, now: 0)]])
        #expect(told == ["10 hook  a/", "70 hook  /a"])
    }

    @Test func resolvedIsNotToldWhereItIsNotWanted() throws {
        var dispatcher = Dispatcher(
            try DispatcherTests.configuration(route: "group_by: [], routes: [{receiver: mail}]"))
        let alert = [("n", "a")]
        let told = DispatcherTests.run(
            &dispatcher, 0...300,
            at: [
                0: [DispatcherTests.alert(alert, from: 0, now: 0)],
                80: [DispatcherTests.alert(alert, from: 0, until: 80_000, now: 80_000)],
                200: [DispatcherTests.alert(alert, from: 200_000, now: 200_000)],
            ])
        #expect(told == ["10 mail  a/", "210 mail  a/"])
    }

    @Test func silencesHoldBack() throws {
        var dispatcher = Dispatcher(try DispatcherTests.configuration())
        let silence = Silence(
            id: "", matchers: try MatcherText.parse("n=a"), startsAt: 0, endsAt: 100_000, createdBy: "", comment: "")
        _ = try dispatcher.silences.set(silence, now: 0) { "s1" }
        let alerts = ["a", "b"].map { DispatcherTests.alert([("n", $0)], from: 0, now: 0) }
        #expect(DispatcherTests.run(&dispatcher, 0...300, at: [0: alerts]) == ["10 hook  b/", "130 hook  ab/"])
        #expect(dispatcher.suppressed[.silence] == 2)
    }

    @Test func inhibitionHoldsBack() throws {
        let rules = "inhibit_rules: [{source_matchers: [sev=page], target_matchers: ['sev=~warn|page'], equal: [dc]}]"
        var dispatcher = Dispatcher(try DispatcherTests.configuration(rules))
        func alert(_ n: String, _ sev: String, _ dc: String?, until: Int64 = .max) -> HeldAlert {
            let labels = [("n", n), ("sev", sev)] + (dc.map { [("dc", $0)] } ?? [])
            return DispatcherTests.alert(labels, from: 0, until: until, now: 0)
        }
        let told = DispatcherTests.run(
            &dispatcher, 0...80,
            at: [
                0: [
                    alert("p", "page", "1", until: 50_000), alert("w", "warn", "1"), alert("x", "warn", "2"),
                    // Both sides: pages do not hold each other back.
                    alert("q", "page", "1", until: 50_000), alert("e", "warn", nil),
                ]
            ])
        #expect(told == ["10 hook  epqx/", "70 hook  ewx/pq"])
    }

    @Test func timeIntervalsHoldBack() throws {
        let extra =
            "time_intervals: [{name: early, time_intervals: [{times: [{start_time: '00:00', end_time: '00:02'}]}]}]"
        let route =
            "group_by: [], routes: [{mute_time_intervals: [early], continue: true}, {receiver: mail, active_time_intervals: [early]}]"
        var dispatcher = Dispatcher(try DispatcherTests.configuration(extra, route: route))
        let told = DispatcherTests.run(
            &dispatcher, 0...300, at: [0: [DispatcherTests.alert([("n", "a")], from: 0, now: 0)]])
        #expect(told == ["10 mail  a/", "130 hook  a/"])
    }

    @Test func whatFailsIsDueAgainAndOthersDoNotWait() throws {
        let route = "group_by: [], routes: [{continue: true}, {receiver: mail}]"
        var dispatcher = Dispatcher(try DispatcherTests.configuration(route: route))
        dispatcher.receive([DispatcherTests.alert([("n", "a")], from: 0, now: 0)], now: 0)
        let first = dispatcher.flush(now: 10_000)
        #expect(first.map(\.key.integration.receiver) == ["hook", "mail"])
        let hook = try #require(first.first), mail = try #require(first.last)
        // The webhook hangs: its group is looked at again when it is done, the mail's goes on.
        #expect(dispatcher.finished(mail, isDelivered: true, now: 11_000).isEmpty)
        dispatcher.receive([DispatcherTests.alert([("n", "b")], from: 12_000, now: 12_000)], now: 12_000)
        #expect(dispatcher.flush(now: 70_000).map { DispatcherTests.names($0) } == ["mail  ab/"])
        let next = dispatcher.finished(hook, isDelivered: true, now: 75_000)
        #expect(next.map { DispatcherTests.names($0) } == ["hook  ab/"])
        // Given up: due at the next flush.
        #expect(dispatcher.finished(try #require(next.first), isDelivered: false, now: 80_000).isEmpty)
        #expect(dispatcher.flush(now: 130_000).map { DispatcherTests.names($0) } == ["hook  ab/"])
    }

    @Test func anAlertAboutAReceiverGoesToTheOthers() throws {
        var dispatcher = Dispatcher(try DispatcherTests.configuration())
        let hook = IntegrationID(receiver: "hook", integration: "webhook[0]")
        dispatcher.attempted(hook, error: "answered 500", isFinal: false, now: 1000)
        #expect(dispatcher.alerts.isEmpty)
        dispatcher.attempted(hook, error: "answered 500", isFinal: false, now: 40_000)
        #expect(dispatcher.alerts.values.map(\.alert.name) == [Dispatcher.failureName])
        let told = DispatcherTests.run(&dispatcher, 40...60)
        #expect(told.map { $0.split(separator: " ")[1] } == ["mail"])
        dispatcher.attempted(hook, error: nil, isFinal: false, now: 61_000)
        #expect(dispatcher.alerts.values.allSatisfy { $0.isResolved(at: 61_000) })
        _ = DispatcherTests.run(&dispatcher, 61...200)
        #expect(dispatcher.alerts.isEmpty && dispatcher.groups.isEmpty)
    }

    @Test func aFullQueueKeepsGroupsDue() throws {
        var dispatcher = Dispatcher(try DispatcherTests.configuration(route: "group_by: [n]"))
        let count = AlertingLimits.queue + 100
        dispatcher.receive((0..<count).map { DispatcherTests.alert([("n", "\($0)")], from: 0, now: 0) }, now: 0)
        var due = dispatcher.flush(now: 10_000)
        #expect(due.count == AlertingLimits.queue)
        var told = Set<String>()
        while let notification = due.popLast() {
            #expect(told.insert(notification.key.groupKey).inserted)
            due += dispatcher.finished(notification, isDelivered: true, now: 11_000)
        }
        #expect(told.count == count)
    }

    @Test func aReloadKeepsTimesAndRecords() throws {
        var dispatcher = Dispatcher(try DispatcherTests.configuration())
        dispatcher.receive([DispatcherTests.alert([("n", "a")], from: 0, now: 0)], now: 0)
        #expect(DispatcherTests.run(&dispatcher, 0...20) == ["10 hook  a/"])
        dispatcher.reconfigure(try DispatcherTests.configuration("templates: []"), now: 21_000)
        #expect(DispatcherTests.run(&dispatcher, 21...200) == [])
        dispatcher.reconfigure(
            try DispatcherTests.configuration(route: "group_by: [], routes: [{receiver: mail}]"), now: 201_000)
        #expect(DispatcherTests.run(&dispatcher, 201...230) == ["201 mail  a/"])
    }
}
