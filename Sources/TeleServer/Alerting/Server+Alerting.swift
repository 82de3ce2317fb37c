internal import Logging
internal import TeleAlert
internal import TeleDisk

extension Server {
    /// Takes up delivery where an earlier process left it. On a thread of its own: it reads the disk.
    func openDelivery(folder: String?) async throws -> AlertDelivery {
        let configuration = state.configuration
        let thread = DiskThread(name: "tele-open-alerting")
        defer { thread.submit { thread.stop() } }
        let now = WallClock.milliseconds
        let opened = await thread.run {
            AlertKeeper(configuration.alerting ?? .nobody, disk: PosixDisk(), folder: folder, now: now)
        }
        guard let keeper = opened else { throw CancellationError() }
        if let error = keeper.lastError { logger.error("alerting: \(error); it is tried again") }
        if keeper.damagedEntries > 0 {
            logger.error("alerting: \(keeper.damagedEntries) entries of the ledger are damaged and were left out")
        }
        let http = AlertHTTP()
        let metrics = AlertDeliveryMetrics()
        let transport = ReceiverTransport(
            http: http, externalURL: { [state] in state.alertingURL },
            onProblem: { [logger] integration, problem in
                metrics.badTexts.add(1)
                logger.warning(
                    "a text of a notification is not what it should be",
                    metadata: [
                        "receiver": "\(integration.receiver)", "integration": "\(integration.integration)",
                        "reason": "\(problem)",
                    ])
            })
        let push = AlertmanagerPush(http: http, logger: logger)
        push.reconfigure(configuration.alertmanagers)
        return AlertDelivery(
            keeper, transport: transport, push: push, logger: logger, metrics: metrics,
            whenClosed: { await http.close() })
    }

    /// Delivery's part of `/metrics`.
    func alertMetrics(_ out: inout OwnMetrics) {
        guard let alerts = state.openEngine?.alerts else { return }
        let dispatcher = alerts.keeper.read { $0 }
        let now = WallClock.milliseconds
        out.family("teled_alerts", .gauge, "Alerts that are held, by state.")
        let resolved = dispatcher.alerts.values.count { $0.isResolved(at: now) }
        out.sample([("state", "firing")], dispatcher.alerts.count - resolved)
        out.sample([("state", "resolved")], resolved)
        out.gauge("teled_alert_groups", "Groups of alerts.", dispatcher.groups.count)
        out.gauge("teled_silences", "Silences that are kept, expired ones too.", dispatcher.silences.silences.count)
        out.counter(
            "teled_alerts_received_total", "Alerts from rules and clients, each time.", alerts.metrics.received.value)
        out.counter("teled_alerts_invalid_total", "Alerts of clients that were refused.", alerts.metrics.invalid.value)
        out.counter("teled_alerts_no_room_total", "Alerts for which there was no room.", dispatcher.refusedAlerts)
        out.family("teled_notifications_total", .counter, "Attempts to deliver a notification, by kind of receiver.")
        for kind in alerts.metrics.byKind { out.sample([("integration", kind.kind)], kind.attempts) }
        out.family("teled_notifications_failed_total", .counter, "Attempts that failed.")
        for kind in alerts.metrics.byKind { out.sample([("integration", kind.kind)], kind.failures) }
        out.counter(
            "teled_notification_texts_failed_total", "Texts whose template failed or was cut; they were told as such.",
            alerts.metrics.badTexts.value)
        out.family(
            "teled_notifications_given_up_total", .counter,
            "Notifications that were not delivered; their group is due again at its next flush.")
        for (id, health) in dispatcher.health.sorted(by: { $0.key.receiver < $1.key.receiver }) {
            out.sample([("receiver", id.receiver), ("integration", id.integration)], health.givenUp)
        }
        out.family("teled_notifications_suppressed_total", .counter, "Alerts that were due and held back, by what.")
        for reason in Dispatcher.Suppression.allCases {
            out.sample([("reason", reason.rawValue)], dispatcher.suppressed[reason] ?? 0)
        }
        for (name, help, pick) in [
            ("sent", "Alerts that were pushed to external Alertmanagers.", { $0.sent }),
            ("errors", "Pushes that failed.", { $0.errors }),
            ("dropped", "Alerts that an Alertmanager refused.", { $0.dropped }),
        ] as [(String, String, (AlertmanagerPush.Status) -> Int)] {
            out.family("teled_push_\(name)_total", .counter, help)
            for target in alerts.push?.targets ?? [] { out.sample([("alertmanager", target.url)], pick(target)) }
        }
        out.family("teled_receiver_failing", .gauge, "1 while the last attempts at a receiver failed.")
        for (id, health) in dispatcher.health.sorted(by: { $0.key.receiver < $1.key.receiver }) {
            out.sample(
                [("receiver", id.receiver), ("integration", id.integration)], health.failingSince == nil ? 0 : 1)
        }
        out.family("teled_notification_duration_seconds", .histogram, "Time of an attempt.")
        out.histogram([], alerts.metrics.attempts)
        out.family("teled_notification_latency_seconds", .histogram, "From an alert's start to its delivery.")
        out.histogram([], alerts.metrics.latency)
        out.gauge(
            "teled_alerting_stored", "0 while what alerting has to keep can't be written.",
            alerts.keeper.lastError == nil ? 1 : 0)
    }
}

extension ServerState {
    /// For links in notifications: what is configured, or where the server listens.
    var alertingURL: String {
        let configuration = configuration
        if let url = configuration.alerting?.externalURL { return url }
        if !configuration.externalURL.isEmpty { return configuration.externalURL }
        return configuration.http.first.map { "http://\($0)" } ?? ""
    }
}
