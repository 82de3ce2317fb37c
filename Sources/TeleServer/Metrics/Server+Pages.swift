internal import HTTPTypes
package import TeleAPI
internal import TeleDisk
internal import TeleModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The pages that the server answers by itself, also while the store is being opened.
extension Server {
    typealias Page = (methods: [HTTPRequest.Method], template: String, answer: @Sendable (APIRequest) -> APIResponse)

    var ownPages: [Page] {
        let ready: @Sendable (APIRequest) -> APIResponse = { [self] _ in readiness }
        let metrics: @Sendable (APIRequest) -> APIResponse = { [self] _ in metricsPage }
        let status: @Sendable (APIRequest) -> APIResponse = { [self] _ in statusPage }
        let own: [Page] = [
            ([.get], "/ready", ready), ([.get], "/-/ready", ready), ([.get], "/health", ready),
            ([.get], "/-/healthy", ready), ([.get], "/metrics", metrics), ([.get], "/api/tele/v1/status", status),
        ]
        return own + WebPages.shared.routes + Dashboards.shared.routes
    }

    /// 200, with what an operator has to look at; 503 with the reason until recovery is done.
    private var readiness: APIResponse {
        if let why = state.notReadyReason { return .unavailable("not ready: \(why)") }
        let notices = state.openEngine?.facts().notices ?? []
        return .text((["ready"] + notices).joined(separator: "\n") + "\n")
    }

    private var statusPage: APIResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(status) else {
            return .text("the status could not be written\n", status: .internalServerError)
        }
        return .json(Array(body))
    }

    /// What `telectl status` shows.
    package var status: TeleStatus {
        let configuration = state.configuration
        let started = Double(metrics.started) / 1e9
        var status = TeleStatus(
            version: TeleVersion.text, started: started, dataFolder: configuration.data,
            durability: configuration.durability.rawValue)
        status.uptimeSeconds = max(0, Double(WallClock.nanoseconds) / 1e9 - started)
        status.notReadyReason = state.notReadyReason
        status.isReady = status.notReadyReason == nil
        let addresses = bound.value
        status.http = addresses.http.map(\.description)
        status.grpc = addresses.grpc.map(\.description)
        status.ingest = Signal.allCases.map { signal in
            let counts = metrics.ingest(signal)
            var ingest = TeleStatus.Ingest(signal: signal.name)
            ingest.requests = counts.requests.value
            ingest.records = counts.records.value
            ingest.rejected = counts.rejected.value
            ingest.bytes = counts.bytes.value
            return ingest
        }
        status.refused = metrics.refusalCounts.map { TeleStatus.Refusals($0.reason.rawValue, $0.count) }
        status.queries.finished = metrics.queries.finished
        status.queries.inFlight = runner.inFlight
        status.queries.failed = metrics.queries.failed.value
        status.memory.resident = ProcessFacts.residentBytes
        status.memory.limit = configuration.memory
        status.memory.requestsInFlight = admission.inFlight
        if let facts = state.openEngine?.facts() {
            status.storage = facts.storage
            status.notices = facts.notices
        }
        return status
    }
}
