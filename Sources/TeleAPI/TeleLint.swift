/// Answer of `GET /api/tele/v1/lint/traces?since=1h`: what is broken in the traces of the time range, by operation,
/// the most frequent first.
package struct TeleLint: Codable, Sendable, Hashable {
    package struct Finding: Codable, Sendable, Hashable {
        package var service: String
        package var operation: String
        /// `missing parent`, `began a trace of its own`, `no server span below`, `span id used twice`, `own ancestor`,
        /// `ends before it starts` or `starts before its parent`.
        package var problem: String
        package var count: Int
        /// Spans of the operation that were looked at.
        package var of: Int
        package var exampleTraceID: String

        package init(
            service: String, operation: String, problem: String, count: Int, of: Int, exampleTraceID: String
        ) {
            self.service = service
            self.operation = operation
            self.problem = problem
            self.count = count
            self.of = of
            self.exampleTraceID = exampleTraceID
        }
    }

    /// Unix nanoseconds as decimal text.
    package var startUnixNano: String
    package var endUnixNano: String
    package var spans: Int
    package var traces: Int
    /// Whether there are more spans than were looked at.
    package var isCut: Bool
    package var findings: [Finding]

    package init(
        startUnixNano: String, endUnixNano: String, spans: Int, traces: Int, isCut: Bool, findings: [Finding]
    ) {
        self.startUnixNano = startUnixNano
        self.endUnixNano = endUnixNano
        self.spans = spans
        self.traces = traces
        self.isCut = isCut
        self.findings = findings
    }
}
