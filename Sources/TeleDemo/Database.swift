import Tracing

/// A database that is not there: the span that a driver would make, and the time it would take.
enum Database {
    static func query(
        _ name: String, _ text: String, _ milliseconds: ClosedRange<Int>, _ describe: (any Span) -> Void
    ) async throws {
        try await withSpan(name, ofKind: .client) { span in
            span.attributes["db.system.name"] = "postgresql"
            span.attributes["db.namespace"] = "shop"
            span.attributes["db.query.text"] = text
            describe(span)
            try await Task.sleep(for: .milliseconds(Int.random(in: milliseconds)))
        }
    }
}
