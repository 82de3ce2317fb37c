internal import Logging
internal import NIOCore
internal import TeleAPI
internal import TeleAlert
internal import TeleDisk
internal import TeleModel

/// Sends the rules' alerts to external Alertmanagers as well: all of them get everything, each at its own pace. An
/// alert is sent when it changes and again every minute while it fires; its end is sent for 15 minutes.
final class AlertmanagerPush: Sendable {
    private struct Target {
        var isRunning = false
        /// What the target was not sent yet, the newest state of each alert.
        var waiting: [UInt64: Alert] = [:]
        var sent = 0
        var dropped = 0
        var errors = 0
        var lastError: String?
        /// Since the first attempt that failed after the last that did not; unix milliseconds.
        var failingSince: Int64?
    }

    struct Status {
        var url: String
        var sent: Int
        var errors: Int
        var dropped: Int
        var failingSince: Int64?
    }

    private struct State {
        var targets: [String: Target] = [:]
        /// What fires, and what ended within the last 15 minutes.
        var alerts: [UInt64: Alert] = [:]
        var nextRound: Int64 = 0
        var isClosed = false
    }

    private let state = Guarded(State())
    private let http: AlertHTTP
    private let logger: Logger
    /// Alerts in a request, and waiting for a target that is slow.
    private static let batch = 256
    private static let most = 50_000
    /// Milliseconds.
    private static let resend: Int64 = 60_000
    private static let resolvedRetention: Int64 = 15 * 60_000
    private static let timeout: Int64 = 10_000
    private static let pauses: (first: Duration, longest: Duration) = (.milliseconds(500), .seconds(30))

    init(http: AlertHTTP, logger: Logger) {
        self.http = http
        self.logger = logger
    }

    /// Takes over the list of addresses; what waits for one that is gone is dropped.
    func reconfigure(_ addresses: [String]) {
        state.withLock { state in
            let urls = addresses.map(AlertmanagerPush.url)
            state.targets = state.targets.filter { urls.contains($0.key) }
            for url in urls where state.targets[url] == nil {
                // A new one hears of all that there is.
                state.targets[url] = Target(waiting: state.alerts)
            }
        }
        start()
    }

    func push(_ alerts: [Alert], now: Int64) {
        state.withLock { state in
            guard !state.targets.isEmpty else { return }
            for alert in alerts {
                let fingerprint = AlertFingerprint.of(alert.labels)
                guard state.alerts[fingerprint] != nil || state.alerts.count < AlertmanagerPush.most else { continue }
                // A resend of what is on its way anyway is not sent again.
                let isNews =
                    state.alerts[fingerprint].map { $0.state != alert.state || $0.annotations != alert.annotations }
                    ?? true
                state.alerts[fingerprint] = alert
                if isNews { for url in state.targets.keys { state.targets[url]?.waiting[fingerprint] = alert } }
            }
        }
        start()
    }

    /// Once a second or so: sends again what is due to be.
    func tick(now: Int64) {
        let isDue = state.withLock { state in
            guard !state.targets.isEmpty, now >= state.nextRound else { return false }
            state.nextRound = now.addingSaturated(AlertmanagerPush.resend)
            state.alerts = state.alerts.filter {
                $0.value.endsAt.addingSaturated(AlertmanagerPush.resolvedRetention) > now
            }
            for url in state.targets.keys { state.targets[url]?.waiting.merge(state.alerts) { $1 } }
            return true
        }
        if isDue { start() }
    }

    /// For `/api/v1/alertmanagers` and `/metrics`.
    var targets: [Status] {
        state.withLock { state in
            state.targets.sorted { $0.key < $1.key }.map {
                Status(
                    url: $0, sent: $1.sent, errors: $1.errors, dropped: $1.dropped, failingSince: $1.failingSince)
            }
        }
    }

    func close() { state.withLock { $0.isClosed = true } }

    private func start() {
        let urls = state.withLock { state in
            let urls = state.targets.filter { !$0.value.isRunning && !$0.value.waiting.isEmpty }.map(\.key)
            for url in urls where !state.isClosed { state.targets[url]?.isRunning = true }
            return state.isClosed ? [] : urls
        }
        for url in urls { Task { await run(url) } }
    }

    private func next(_ url: String) -> [UInt64: Alert] {
        state.withLock { state in
            guard !state.isClosed, let target = state.targets[url], !target.waiting.isEmpty else {
                state.targets[url]?.isRunning = false
                return [:]
            }
            let batch = target.waiting.prefix(AlertmanagerPush.batch).map { ($0, $1) }
            for (fingerprint, _) in batch { state.targets[url]?.waiting[fingerprint] = nil }
            return Dictionary(batch) { $1 }
        }
    }

    private func run(_ url: String) async {
        var pause = AlertmanagerPush.pauses.first
        while true {
            let batch = next(url)
            if batch.isEmpty { return }
            do throws(DeliveryFailure) {
                try await http.post(
                    AlertmanagerPush.json(Array(batch.values)), to: url, HTTPSettings(),
                    timeout: AlertmanagerPush.timeout)
                state.withLock {
                    $0.targets[url]?.sent += batch.count
                    $0.targets[url]?.failingSince = nil
                }
                pause = AlertmanagerPush.pauses.first
            } catch {
                failed(url, batch, error)
                guard error.isRetryable else { continue }
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, AlertmanagerPush.pauses.longest)
            }
        }
    }

    /// Puts back what was not sent; a state that came meanwhile is newer.
    private func failed(_ url: String, _ batch: [UInt64: Alert], _ error: DeliveryFailure) {
        state.withLock { state in
            state.targets[url]?.errors += 1
            if state.targets[url]?.failingSince == nil { state.targets[url]?.failingSince = WallClock.milliseconds }
            state.targets[url]?.lastError = error.description
            if error.isRetryable {
                state.targets[url]?.waiting.merge(batch) { newer, _ in newer }
            } else {
                state.targets[url]?.dropped += batch.count
            }
        }
        logger.warning("alerts were not pushed", metadata: ["alertmanager": "\(url)", "error": "\(error)"])
    }

    private static func json(_ alerts: [Alert]) -> [UInt8] {
        var w = JSONWriter(capacity: alerts.count * 512)
        w.beginArray()
        for alert in alerts {
            w.beginObject()
            w.member("labels", alert.labels)
            w.member("annotations", alert.annotations)
            w.member("startsAt", AlertTime.text(alert.startsAt))
            w.member("endsAt", AlertTime.text(alert.endsAt))
            w.member("generatorURL", alert.generatorURL)
            w.endObject()
        }
        w.endArray()
        return w.bytes
    }

    /// `host:9093`, or a whole address with a path before `/api/v2/alerts`.
    static func url(_ address: String) -> String {
        var base = address.contains("://") ? address : "http://" + address
        while base.hasSuffix("/") { base.removeLast() }
        return base.hasSuffix("/api/v2/alerts") ? base : base + "/api/v2/alerts"
    }
}
