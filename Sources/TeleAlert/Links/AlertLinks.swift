internal import TeleEngine
internal import TeleModel
internal import TeleQL
internal import TeleQuery

/// Where someone who is woken looks first: pages of this server about one alert, as annotations, which every receiver
/// shows. Made once, when the alert begins to fire, so that what is told of it does not change while it lasts.
struct AlertLinks {
    let rule: Rule
    /// Of this server; no slash at the end.
    let base: String
    let snapshot: any EngineSnapshot
    let budget: QueryBudget

    /// Milliseconds of data around the moment at which it fired.
    private static let (before, after): (Int64, Int64) = (900_000, 300_000)
    /// Alerts of one evaluation whose traces are looked for: beyond, a trace a piece says nothing that these do not.
    private static let mostTraces = 20
    /// Selectors of an expression, labels of an alert, and traces that are looked at.
    private static let (mostSelectors, mostLabels, mostCandidates) = (8, 10, 20)

    /// Links by the labels of the alert. Blocks.
    func annotations(of alerts: [ActiveAlert]) -> [LabelSet: LabelSet] {
        var out: [LabelSet: LabelSet] = [:]
        for (number, alert) in alerts.enumerated() {
            var links: [(name: String, value: String)] = []
            if number < AlertLinks.mostTraces, let id = try? trace(alert) {
                links.append(("tele_trace", "\(base)/#/trace/\(id)"))
            }
            if let query = logs(alert) { links.append(("tele_logs", page("logs", query, alert))) }
            out[alert.labels] = LabelSet(links)
        }
        return out
    }

    private func page(_ view: String, _ query: String, _ alert: ActiveAlert) -> String {
        GeneratorURL.page(view, query, base: base, from: time(alert).lowerBound, to: time(alert).upperBound)
    }

    private func time(_ alert: ActiveAlert) -> ClosedRange<Int64> {
        let fired = alert.firedAt ?? alert.activeAt
        return min(alert.activeAt, fired).subtractingSaturated(
            AlertLinks.before)...fired.addingSaturated(AlertLinks.after)
    }

    /// The labels that come of the data, not of the rule.
    private func found(_ alert: ActiveAlert) -> [(name: String, value: String)] {
        let own = Set(rule.labels.map(\.name) + ["alertname"])
        return alert.labels.pairs.filter { !own.contains($0.name) }
    }

    /// The service that the alert is about, where a label names one.
    private func service(_ alert: ActiveAlert) -> String? {
        for name in ["service_name", "service", "server"] {
            if let value = alert.labels[name], !value.isEmpty { return value }
        }
        // What scrapers and OpenTelemetry make of it: `namespace/name`.
        return alert.labels["job"].flatMap { $0.split(separator: "/").last.map(String.init) }
    }

    // MARK: Logs

    /// The lines that a LogQL rule counts; else what the service complained of.
    private func logs(_ alert: ActiveAlert) -> String? {
        if case .logql(let metric) = rule.query, let pipeline = AlertLinks.pipeline(metric) {
            let query = LogQLPrinter.text(.log(pipeline))
            return found(alert).prefix(AlertLinks.mostLabels).reduce(query) { text, label in
                AlertLinks.isName(label.name) ? "\(text) | \(label.name)=\(QuotedText.quote(label.value))" : text
            }
        }
        guard let service = service(alert) else { return nil }
        return "{service_name=\(QuotedText.quote(service))} | detected_level=~\"error|fatal|critical\""
    }

    /// Whether LogQL can name the label.
    private static func isName(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf) || byte == 0x5f
        }
        return isPlain && text.utf8.first.map { !(0x30...0x39).contains($0) } == true
    }

    private static func pipeline(_ metric: LogQLMetric) -> LogQLPipeline? {
        switch metric {
        case .literal, .vector: nil
        case .range(let range), .variants(_, of: let range): range.pipeline
        case .aggregation(_, _, _, let inner), .labelReplace(let inner, _): pipeline(inner)
        case .binary(_, _, _, let left, let right): pipeline(left) ?? pipeline(right)
        }
    }

    // MARK: Traces

    private func trace(_ alert: ActiveAlert) throws(EngineError) -> String? {
        if case .traceql(let metric, _) = rule.query, let stages = AlertLinks.stages(metric) {
            return try searched(TraceQLQuery(stages: stages), alert)
        }
        if let id = try exemplar(alert) { return id }
        guard let service = service(alert),
            let query = try? TraceQLParser.parse(
                "{ resource.service.name = \(QuotedText.quote(service)) && status = error }")
        else { return nil }
        return try searched(query, alert)
    }

    /// The worst of the traces that the rule's series remember: of those with the alert's labels, the largest value.
    private func exemplar(_ alert: ActiveAlert) throws(EngineError) -> String? {
        let labels = found(alert)
        var best: (value: Double, id: String)?
        for selector in rule.query.selectors.prefix(AlertLinks.mostSelectors) {
            let selection = SeriesSelection(matchers: AlertLinks.withExemplars(selector), time: time(alert))
            for data in try snapshot.exemplars(selection, budget: budget) {
                guard labels.allSatisfy({ label in data.labels[label.name].map { $0 == label.value } ?? true }) else {
                    continue
                }
                for exemplar in data.exemplars where exemplar.value > best?.value ?? -.infinity {
                    guard let id = exemplar.labels["trace_id"] ?? exemplar.labels["traceID"], AlertLinks.isID(id) else {
                        continue
                    }
                    best = (exemplar.value, id)
                }
            }
        }
        return best?.id
    }

    /// The counters that come of spans have none; the histograms beside them do.
    private static func withExemplars(_ selector: PromSelector) -> [Matcher] {
        let beside = [
            "traces_spanmetrics_calls_total": "traces_spanmetrics_latency_bucket",
            "traces_service_graph_request_total": "traces_service_graph_request_server_seconds_bucket",
            "traces_service_graph_request_failed_total": "traces_service_graph_request_server_seconds_bucket",
        ]
        return selector.matchers.map { matcher in
            guard matcher.name == "__name__", matcher.operation == .equal, let name = beside[matcher.value],
                let other = try? Matcher(name: "__name__", .equal, name)
            else { return matcher }
            return other
        }
    }

    /// Whoever sends exemplars writes these: only what is an id becomes part of an address.
    private static func isID(_ text: String) -> Bool {
        text.utf8.count <= 32 && !text.isEmpty && text.utf8.allSatisfy { Hex.value($0) != nil }
    }

    private static func stages(_ metric: TraceQLMetric) -> [TraceQLStage]? {
        switch metric {
        case .number: nil
        case .spans(let spans): spans.stages
        case .filter(let inner, _, _), .top(let inner, _, _): stages(inner)
        case .binary(_, let left, let right): stages(left) ?? stages(right)
        }
    }

    /// The newest trace that the query finds, of the alert's service where it names one.
    private func searched(_ query: TraceQLQuery, _ alert: ActiveAlert) throws(EngineError) -> String? {
        let time = time(alert)
        func nanoseconds(_ milliseconds: Int64) -> UInt64 {
            let (scaled, overflow) = UInt64(max(0, milliseconds)).multipliedReportingOverflow(by: 1_000_000)
            return overflow ? .max : scaled
        }
        let range = nanoseconds(time.lowerBound)..<max(nanoseconds(time.upperBound), nanoseconds(time.lowerBound) + 1)
        let results = try TraceSearch(query: query, time: range, limit: AlertLinks.mostCandidates, spansPerSet: 1)
            .run(snapshot, budget)
        let service = service(alert)
        let own = results.first { result in service.map { name in result.services.contains { $0.name == name } } ?? true
        }
        return (own ?? results.first)?.id.hex
    }
}
