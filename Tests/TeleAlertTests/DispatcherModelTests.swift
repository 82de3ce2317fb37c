import TeleAlert
import TeleModel
import TeleTestKit
import Testing

/// Random alerts, silences, slow and failing deliveries, reloads and restarts, second by second on a clock of its own.
@Suite struct DispatcherModelTests {
    private struct Told {
        var firing: Set<UInt64>
        var time: Int64
    }

    @Test(arguments: 0..<60) func nobodyMissesAnything(_ round: Int) throws {
        let seed = UInt64(round) &* 0x9e37_79b9 &+ 7
        var random = SeededGenerator(seed: seed)
        let failure = [0, 0.2, 0.6][random.below(3)]
        let restart = [0, 0.01][random.below(2)]
        let configuration = try AlertingConfiguration(
            yaml: """
                route: {receiver: a, group_by: [g], group_wait: \(random.below(20))s, group_interval: \(5 + random.below(60))s, repeat_interval: 10m,
                  routes: [{continue: true}, {receiver: b, group_by: ['...']}]}
                receivers: [{name: a, webhook_configs: [{url: "http://x/"}, {url: "http://y/"}]}, {name: b, webhook_configs: [{url: "http://z/"}]}]
                """)
        var dispatcher = Dispatcher(configuration)
        /// What a restart finds: as ``DispatcherChange`` says it.
        var stored = (alerts: [LabelSet: HeldAlert](), records: [NotificationKey: NotificationRecord]())
        var world: [Int: (start: Int64, end: Int64)] = [:]
        var inFlight: [(notification: Notification, done: Int64)] = []
        var told: [NotificationKey: Told] = [:]
        var restartAt: Int64 = -1

        func labels(_ n: Int) -> [(String, String)] { [("n", "\(n)"), ("g", "\(n % 3)")] }
        func store() {
            for change in dispatcher.changes {
                switch change {
                case .alert(let held): stored.alerts[held.alert.labels] = held
                case .alertGone(let labels): stored.alerts[labels] = nil
                case .record(let key, let record): stored.records[key] = record
                case .recordGone(let key): stored.records[key] = nil
                case .silenceGone: break
                }
            }
            dispatcher.changes = []
        }
        func send(_ n: Int, _ now: Int64) {
            guard let alert = world[n] else { return }
            dispatcher.receive(
                [DispatcherTests.alert(labels(n), from: alert.start, until: alert.end, now: now)], now: now)
        }

        for second in Int64(0)..<1200 {
            let now = second * 1000
            // Quiet for the last 400 seconds: everything has to have been told by then.
            if second < 800 {
                for n in 0..<9 where random.chance(0.01) {
                    if let alert = world[n], alert.end > now {
                        world[n]?.end = now
                    } else {
                        world[n] = (now, .max)
                    }
                    send(n, now)
                }
                // A sender that got its answer relies on it.
                store()
                if random.chance(restart) {
                    restartAt = now
                    dispatcher = Dispatcher(configuration)
                    for held in stored.alerts.values { dispatcher.restore(held, now: now) }
                    for (key, record) in stored.records { dispatcher.restore(key, record, now: now) }
                    dispatcher.start(now: now)
                    inFlight = []
                }
            }
            var due: [Notification] = []
            for (i, delivery) in inFlight.enumerated().reversed() where delivery.done <= now {
                inFlight.remove(at: i)
                let notification = delivery.notification
                let isDelivered = second >= 800 || !random.chance(failure)
                if isDelivered {
                    let before = told[notification.key]
                    // Told the same again only when it is due to be repeated, or after a restart.
                    if let before, before.firing == notification.firing, notification.firing.isEmpty == false,
                        restartAt < before.time, notification.resolved.isEmpty
                    {
                        #expect(notification.time - before.time >= 600_000, "seed \(seed), \(now)")
                    }
                    told[notification.key] = Told(firing: notification.firing, time: notification.time)
                }
                due += dispatcher.finished(notification, isDelivered: isDelivered, now: now)
            }
            due += dispatcher.flush(now: now)
            for notification in due {
                let isTwice = inFlight.contains { $0.notification.key == notification.key }
                #expect(!isTwice, "seed \(seed): two on their way")
                #expect(!notification.items.isEmpty)
                inFlight.append((notification, now + Int64(random.below(second < 800 ? 40_000 : 500))))
            }
            store()
        }

        let end: Int64 = 1_200_000
        let firing = Set(
            world.filter { $0.value.end > end }.map {
                AlertFingerprint.of(LabelSet(labels($0.key).map { (name: $0.0, value: $0.1) }))
            })
        for name in ["webhook[0]", "webhook[1]"] {
            let last = told.filter { $0.key.integration == IntegrationID(receiver: "a", integration: name) }
            #expect(
                last.values.reduce(into: Set<UInt64>()) { $0.formUnion($1.firing) } == firing, "seed \(seed): \(name)")
        }
        let last = told.filter { $0.key.integration.receiver == "b" }
        #expect(last.values.reduce(into: Set<UInt64>()) { $0.formUnion($1.firing) } == firing, "seed \(seed): b")
        #expect(Set(dispatcher.alerts.keys) == firing, "seed \(seed): what is over is let go")
        #expect(dispatcher.records.count == stored.records.count && dispatcher.alerts.count == stored.alerts.count)
    }
}
