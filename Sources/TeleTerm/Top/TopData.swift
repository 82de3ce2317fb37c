/// What a service or an operation does: the columns of the live screen's tables.
package struct TopRates: Sendable, Hashable {
    /// Requests a second.
    package var rate: Double
    /// 0...1.
    package var errorRatio: Double
    /// Nanoseconds; nil where nothing is known.
    package var p50, p95, p99: UInt64?

    package init(rate: Double, errorRatio: Double, p50: UInt64? = nil, p95: UInt64? = nil, p99: UInt64? = nil) {
        self.rate = rate
        self.errorRatio = errorRatio
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
    }
}

package struct TopService: Sendable, Hashable {
    package var name: String
    package var rates: TopRates
    /// Requests a second and p95 in seconds over the last minutes, oldest first.
    package var traffic: [Double]
    package var latency: [Double]

    package init(name: String, rates: TopRates, traffic: [Double] = [], latency: [Double] = []) {
        self.name = name
        self.rates = rates
        self.traffic = traffic
        self.latency = latency
    }
}

package struct TopOperation: Sendable, Hashable {
    package var name: String
    /// `server`, `client`, ...
    package var kind: String
    package var rates: TopRates

    package init(name: String, kind: String, rates: TopRates) {
        self.name = name
        self.kind = kind
        self.rates = rates
    }
}

/// A trace in a list: of a search, or of the newest errors.
package struct TopTrace: Sendable, Hashable {
    package var id: String
    /// The span that matched and its service; 0 where the answer names none.
    package var span: UInt64
    package var spanService: String
    package var spanName: String
    /// Why it failed, in the service's words.
    package var message: String
    /// Unix nanoseconds, and the lengths of the span and of the trace.
    package var start: UInt64
    package var spanDuration: UInt64
    package var duration: UInt64
    package var rootService: String
    package var rootName: String

    package init(
        id: String, span: UInt64, spanService: String, spanName: String, message: String, start: UInt64,
        spanDuration: UInt64, duration: UInt64, rootService: String, rootName: String
    ) {
        self.id = id
        self.span = span
        self.spanService = spanService
        self.spanName = spanName
        self.message = message
        self.start = start
        self.spanDuration = spanDuration
        self.duration = duration
        self.rootService = rootService
        self.rootName = rootName
    }
}

package struct TopAlert: Sendable, Hashable {
    package var name: String
    /// "" where the rule gives none.
    package var severity: String
    package var service: String
    package var summary: String
    package var isFiring: Bool

    package init(name: String, severity: String, service: String, summary: String, isFiring: Bool) {
        self.name = name
        self.severity = severity
        self.service = service
        self.summary = summary
        self.isFiring = isFiring
    }
}

/// What the waterfall leaves out of a span; lists in the order in which they were sent.
package struct SpanDetails: Sendable, Hashable {
    package struct Pair: Sendable, Hashable {
        package var key: String
        package var value: String

        package init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }
    package var kind: String
    package var status: String
    package var scope: String
    package var attributes: [Pair]
    package var resource: [Pair]
    /// Trace and span id.
    package var links: [Pair]

    package init(
        kind: String = "", status: String = "", scope: String = "", attributes: [Pair] = [], resource: [Pair] = [],
        links: [Pair] = []
    ) {
        self.kind = kind
        self.status = status
        self.scope = scope
        self.attributes = attributes
        self.resource = resource
        self.links = links
    }
}
