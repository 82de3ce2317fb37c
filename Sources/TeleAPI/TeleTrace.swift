/// One attribute as tele's own API shows it: exact type, value as text.
package struct TeleAttribute: Codable, Sendable, Hashable {
    package var key: String
    /// `string`, `bool`, `int`, `double`, `array`, `map`, `bytes` or `empty`.
    package var type: String
    /// Text as Loki metadata has it: `200`, `1.5`, `true`; arrays and maps as JSON, bytes as base64.
    package var value: String

    package init(key: String, type: String, value: String) {
        self.key = key
        self.type = type
        self.value = value
    }
}

/// A span event. Times are unix nanoseconds as decimal text, because JSON numbers lose them.
package struct TeleEvent: Codable, Sendable, Hashable {
    package var timeUnixNano: String
    package var name: String
    package var attributes: [TeleAttribute]

    package init(timeUnixNano: String, name: String, attributes: [TeleAttribute]) {
        self.timeUnixNano = timeUnixNano
        self.name = name
        self.attributes = attributes
    }
}

/// A span link; ids in lower-case hex.
package struct TeleLink: Codable, Sendable, Hashable {
    package var traceID: String
    package var spanID: String
    package var attributes: [TeleAttribute]

    package init(traceID: String, spanID: String, attributes: [TeleAttribute]) {
        self.traceID = traceID
        self.spanID = spanID
        self.attributes = attributes
    }
}

/// A span of ``TeleTrace``.
package struct TeleSpan: Codable, Sendable, Hashable {
    /// 16 lower-case hex digits.
    package var spanID: String
    /// "" for a root.
    package var parentSpanID: String
    /// The resource's `service.name`; "" when it has none.
    package var service: String
    package var name: String
    /// `unspecified`, `internal`, `server`, `client`, `producer` or `consumer`; another number as its digits.
    package var kind: String
    package var startUnixNano: String
    package var endUnixNano: String
    /// `unset`, `ok` or `error`; another number as its digits.
    package var status: String
    package var statusMessage: String
    /// The instrumentation scope's name.
    package var scope: String
    package var attributes: [TeleAttribute]
    package var resource: [TeleAttribute]
    package var events: [TeleEvent]
    package var links: [TeleLink]

    package init(
        spanID: String, parentSpanID: String, service: String, name: String, kind: String, startUnixNano: String,
        endUnixNano: String, status: String, statusMessage: String, scope: String, attributes: [TeleAttribute],
        resource: [TeleAttribute], events: [TeleEvent], links: [TeleLink]
    ) {
        self.spanID = spanID
        self.parentSpanID = parentSpanID
        self.service = service
        self.name = name
        self.kind = kind
        self.startUnixNano = startUnixNano
        self.endUnixNano = endUnixNano
        self.status = status
        self.statusMessage = statusMessage
        self.scope = scope
        self.attributes = attributes
        self.resource = resource
        self.events = events
        self.links = links
    }

    package var start: UInt64 { UInt64(startUnixNano) ?? 0 }
    package var end: UInt64 { UInt64(endUnixNano) ?? 0 }
}

/// A log record that carries the trace's id.
package struct TeleLog: Codable, Sendable, Hashable {
    package var timeUnixNano: String
    /// OTLP severity number; 0 is not set.
    package var severity: Int
    package var severityText: String
    /// The line, as Loki shows it.
    package var body: String
    /// "" where the record has none.
    package var spanID: String
    package var service: String
    package var attributes: [TeleAttribute]

    package init(
        timeUnixNano: String, severity: Int, severityText: String, body: String, spanID: String, service: String,
        attributes: [TeleAttribute]
    ) {
        self.timeUnixNano = timeUnixNano
        self.severity = severity
        self.severityText = severityText
        self.body = body
        self.spanID = spanID
        self.service = service
        self.attributes = attributes
    }
}

/// Answer of `GET /api/tele/v1/trace/{id}`: spans ordered by start.
package struct TeleTrace: Codable, Sendable, Hashable {
    /// 32 lower-case hex digits: the whole id, also when the request named a prefix.
    package var traceID: String
    /// Spans that the trace has, those that were sent twice counted twice.
    package var total: Int?
    /// Set where ``spans`` are not all of them.
    package var cut: Bool?
    /// `?cursor=` of the spans that come next; nil where these are the last.
    package var next: String?
    package var spans: [TeleSpan]
    /// Present with `?logs=1`, ordered by time.
    package var logs: [TeleLog]?
    /// Set where not all logs are in the answer.
    package var logsTruncated: Bool?

    package init(traceID: String, spans: [TeleSpan], logs: [TeleLog]? = nil, logsTruncated: Bool? = nil) {
        self.traceID = traceID
        self.spans = spans
        self.logs = logs
        self.logsTruncated = logsTruncated
    }
}

/// What tele's own API answers with a status of 400 and above.
/// 400 malformed id or parameter, 404 nothing found, 409 the prefix fits several traces (`candidates` lists some).
package struct TeleError: Codable, Sendable, Hashable, Error {
    package var error: String
    package var candidates: [String]?

    package init(error: String, candidates: [String]? = nil) {
        self.error = error
        self.candidates = candidates
    }
}
