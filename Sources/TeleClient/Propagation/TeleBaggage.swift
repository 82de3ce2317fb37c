public import Tracing

/// Names and values that travel with a request through all services, as the `baggage` header has them.
///
/// ```swift
/// var context = ServiceContext.current ?? .topLevel
/// context.baggage["tenant"] = "blue"
/// try await ServiceContext.withValue(context) { try await handle() }
/// ```
/// It goes to every service that is called, other people's too: nothing secret belongs in it.
public struct TeleBaggage: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var key: String
        var value: String
        /// What follows the value after a semicolon, as it came.
        var properties = ""
    }

    /// In order of arrival.
    var entries: [Entry] = []

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }
    public var count: Int { entries.count }
    public var keys: [String] { entries.map(\.key) }

    /// A key is a token of HTTP (letters, digits and some punctuation); setting another one does nothing, and so does a
    /// new one beyond 64.
    public subscript(key: String) -> String? {
        get { entries.first { $0.key == key }?.value }
        set {
            let at = entries.firstIndex { $0.key == key }
            guard let newValue else {
                if let at { entries.remove(at: at) }
                return
            }
            if let at {
                entries[at] = Entry(key: key, value: newValue)
            } else if entries.count < BaggageHeader.mostEntries, BaggageHeader.isToken(key[...]) {
                entries.append(Entry(key: key, value: newValue))
            }
        }
    }
}

private enum BaggageKey: ServiceContextKey {
    typealias Value = TeleBaggage
    static var nameOverride: String? { "tele-baggage" }
}

extension ServiceContext {
    /// What travels with the request besides its trace; see ``TeleBaggage``.
    public var baggage: TeleBaggage {
        get { self[BaggageKey.self] ?? TeleBaggage() }
        set { self[BaggageKey.self] = newValue.isEmpty ? nil : newValue }
    }
}
