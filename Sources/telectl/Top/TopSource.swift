import Foundation
import TeleAPI
import TeleTerm

/// Answers ``TopRequest``s from what the server has ready: metrics of spans, its search, its alerts. A failure is text
/// for the foot of the screen.
struct TopSource: Sendable {
    let client: ServerClient

    /// Rates are of the last minute; quantiles and shares of errors of five, so that they hold for rare calls too.
    private static let calls = "traces_spanmetrics_calls_total"
    private static let latency = "traces_spanmetrics_latency_bucket"
    private static let history = 900.0
    private static let step = 30.0
    private static let mostTraces = 200

    func answer(_ request: TopRequest) async -> TopReply {
        do {
            return switch request {
            case .services: .services(try await services())
            case .errors: .errors(try await traces("{ status = error }", limit: 20))
            case .alerts: .alerts(try await alerts())
            case .operations(let service): .operations(try await operations(service))
            case .traces(let search): .traces(try await traces(search.traceQL, limit: Self.mostTraces))
            case .trace(let id): try await spans([("logs", "1")], of: id)
            case .moreSpans(let id, let cursor): try await spans([("cursor", cursor)], of: id)
            case .reason(let id): .reason(try await reason(id))
            }
        } catch let failure as ServerFailure {
            return .failed(failure.text)
        } catch {
            return .failed("\(error)")
        }
    }

    // MARK: Rates

    /// By the values of `labels`, in their order.
    private func ask(_ query: String, by labels: [String]) async throws -> [[String]: Double] {
        let answer = try await client.fetch(PrometheusAnswer.self, "/api/v1/query", [("query", query)])
        var out: [[String]: Double] = [:]
        for row in answer.rows {
            guard let value = row.points.last.flatMap({ Double($0.value) }), value.isFinite else { continue }
            out[labels.map { row.labels[$0] ?? "" }] = value
        }
        return out
    }

    private func rates(_ selector: String, by labels: [String]) async throws -> [[String]: TopRates] {
        let names = labels.joined(separator: ", ")
        let rate = try await ask("sum by (\(names)) (rate(\(Self.calls){\(selector)}[1m]))", by: labels)
        let known = try await ask("sum by (\(names)) (increase(\(Self.calls){\(selector)}[5m])) > 0", by: labels)
        let failed = try await ask(
            "sum by (\(names)) (increase(\(Self.calls){\(selector)status_code=\"STATUS_CODE_ERROR\"}[5m]))", by: labels)
        var quantiles: [[[String]: Double]] = []
        for share in ["0.5", "0.95", "0.99"] {
            let query =
                "histogram_quantile(\(share), sum by (\(names), le) (increase(\(Self.latency){\(selector)}[5m])))"
            quantiles.append(try await ask(query, by: labels))
        }
        func duration(_ index: Int, _ key: [String]) -> UInt64? {
            quantiles[index][key].flatMap { $0 >= 0 ? UInt64(min($0, 9e9) * 1e9) : nil }
        }
        var out: [[String]: TopRates] = [:]
        for (key, count) in known {
            out[key] = TopRates(
                rate: rate[key] ?? 0, errorRatio: min((failed[key] ?? 0) / count, 1), p50: duration(0, key),
                p95: duration(1, key), p99: duration(2, key))
        }
        return out
    }

    private func history(_ query: String) async throws -> [String: [Double]] {
        let now = (Date().timeIntervalSince1970 / Self.step).rounded(.down) * Self.step
        let answer = try await client.fetch(
            PrometheusAnswer.self, "/api/v1/query_range",
            [("query", query), ("start", "\(now - Self.history)"), ("end", "\(now)"), ("step", "\(Self.step)")])
        var out: [String: [Double]] = [:]
        for row in answer.rows {
            var values = [Double](repeating: .nan, count: Int(Self.history / Self.step) + 1)
            for point in row.points {
                let index = ((point.time - now + Self.history) / Self.step).rounded()
                if index >= 0, index < Double(values.count) { values[Int(index)] = Double(point.value) ?? .nan }
            }
            out[row.labels["service"] ?? ""] = values
        }
        return out
    }

    /// Requests are what comes in; a service that only calls others shows all of its spans.
    private func services() async throws -> [TopService] {
        let incoming = "span_kind=~\"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER\","
        var all = try await rates("", by: ["service"])
        guard !all.isEmpty else { return try await young() }
        all.merge(try await rates(incoming, by: ["service"])) { $1 }
        var traffic = try await history("sum by (service) (rate(\(Self.calls)[1m]))")
        traffic.merge(try await history("sum by (service) (rate(\(Self.calls){\(incoming)}[1m]))")) { $1 }
        func p95(_ selector: String) -> String {
            "histogram_quantile(0.95, sum by (service, le) (rate(\(Self.latency){\(selector)}[1m])))"
        }
        var latency = try await history(p95(""))
        latency.merge(try await history(p95(incoming))) { $1 }
        return all.map { key, rates in
            TopService(name: key[0], rates: rates, traffic: traffic[key[0]] ?? [], latency: latency[key[0]] ?? [])
        }
    }

    /// A server that has just begun has spans before it has their metrics.
    private func young() async throws -> [TopService] {
        let answer = try await client.fetch(TeleServices.self, "/api/tele/v1/services", [("since", "1m")])
        func duration(_ value: Double) -> UInt64? {
            value.isFinite && value >= 0 ? UInt64(min(value, 9e18)) : nil
        }
        return answer.services.map { one in
            let rates = TopRates(
                rate: one.rate, errorRatio: one.errorRatio, p50: duration(one.p50), p95: duration(one.p95),
                p99: duration(one.p99))
            return TopService(name: one.name, rates: rates)
        }
    }

    private func operations(_ service: String) async throws -> [TopOperation] {
        let quoted = service.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        let found = try await rates("service=\"\(quoted)\",", by: ["span_name", "span_kind"])
        return found.map { key, rates in
            let kind = key[1].hasPrefix("SPAN_KIND_") ? key[1].dropFirst(10).lowercased() : key[1]
            return TopOperation(name: key[0], kind: kind, rates: rates)
        }
    }

    // MARK: Alerts

    private struct Alerts: Decodable {
        struct Content: Decodable {
            var alerts: [Alert]
        }
        struct Alert: Decodable {
            var labels: [String: String]
            var annotations: [String: String]?
            var state: String
        }
        var data: Content
    }

    private func alerts() async throws -> [TopAlert] {
        let answer = try await client.fetch(Alerts.self, "/api/v1/alerts", [])
        return answer.data.alerts.filter { $0.state != "inactive" }.map { alert in
            let labels = alert.labels
            return TopAlert(
                name: labels["alertname"] ?? "", severity: labels["severity"] ?? "",
                service: labels["service"] ?? labels["service_name"] ?? labels["job"] ?? "",
                summary: alert.annotations?["summary"] ?? alert.annotations?["description"] ?? "",
                isFiring: alert.state == "firing")
        }.sorted { ($1.isFiring ? 1 : 0, $0.name, $0.service) < ($0.isFiring ? 1 : 0, $1.name, $1.service) }
    }

    // MARK: Traces

    private struct Found: Decodable {
        struct Trace: Decodable {
            var traceID: String
            var rootServiceName: String?
            var rootTraceName: String?
            var startTimeUnixNano: String?
            var durationMs: Double?
            var spanSet: SpanSet?
        }
        struct SpanSet: Decodable {
            var spans: [Span]?
        }
        struct Span: Decodable {
            var spanID: String
            var name: String?
            var startTimeUnixNano: String?
            var durationNanos: String?
            var attributes: [Attribute]?

            func attribute(_ key: String) -> String {
                attributes?.first { $0.key == key }?.value.stringValue ?? ""
            }
        }
        struct Attribute: Decodable {
            struct Value: Decodable {
                var stringValue: String?
            }
            var key: String
            var value: Value
        }
        var traces: [Trace]?
    }

    private func traces(_ traceQL: String, limit: Int) async throws -> [TopTrace] {
        let now = TimeArgument.now / 1_000_000_000
        let found = try await client.fetch(
            Found.self, "/tempo/api/search",
            [
                ("q", traceQL + " | select(statusMessage, resource.service.name)"), ("limit", "\(limit)"),
                ("spss", "20"), ("start", "\(now - min(now, 3_600))"), ("end", "\(now + 60)"),
            ])
        return (found.traces ?? []).map { trace in
            // The last one to begin is the deepest: where an error came from.
            let span = trace.spanSet?.spans?.max { ($0.startTimeUnixNano ?? "") < ($1.startTimeUnixNano ?? "") }
            let longest = trace.spanSet?.spans?.compactMap { UInt64($0.durationNanos ?? "") }.max()
            let id = String(repeating: "0", count: max(0, 32 - trace.traceID.count)) + trace.traceID
            return TopTrace(
                id: id, span: UInt64(span?.spanID ?? "", radix: 16) ?? 0,
                spanService: span?.attribute("service.name") ?? trace.rootServiceName ?? "",
                spanName: span?.name ?? trace.rootTraceName ?? "", message: span?.attribute("statusMessage") ?? "",
                start: UInt64(trace.startTimeUnixNano ?? "") ?? 0, spanDuration: longest ?? 0,
                duration: UInt64(max(0, min(trace.durationMs ?? 0, 1e12)) * 1e6),
                rootService: trace.rootServiceName ?? "", rootName: trace.rootTraceName ?? "")
        }
    }

    /// A page of a trace's spans: a person walks through the first, and asks for the next.
    private func spans(_ parameters: [(String, String)], of id: String) async throws -> TopReply {
        let page = try await page(parameters, of: id)
        return .trace(TraceView(page), page.spans.map(SpanDetails.init), next: page.next)
    }

    private func page(_ parameters: [(String, String)], of id: String) async throws -> TeleTrace {
        try await client.fetch(
            TeleTrace.self, "/api/tele/v1/trace/\(id)", parameters + [("limit", "\(ServerClient.page)")])
    }

    private func reason(_ id: String) async throws -> TraceReason {
        let view = TraceView(try await page([("logs", "1")], of: id))
        let (query, time) = WhyCommand.usualQuery(view)
        let answer = try await client.fetch(PrometheusAnswer.self, "/api/v1/query", [("query", query), ("time", time)])
        return TraceReason(view, usual: WhyCommand.usual(answer))
    }
}

extension SpanDetails {
    init(_ span: TeleSpan) {
        func pairs(_ attributes: [TeleAttribute]) -> [Pair] { attributes.map { Pair($0.key, $0.value) } }
        self.init(
            kind: span.kind, status: span.status, scope: span.scope, attributes: pairs(span.attributes),
            resource: pairs(span.resource), links: span.links.map { Pair("trace \($0.traceID)", "span \($0.spanID)") })
    }
}
