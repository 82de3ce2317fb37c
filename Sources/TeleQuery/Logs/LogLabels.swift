package import TeleModel

/// The labels of one entry on its way through a pipeline, each with where it came from. Entries have tens of labels:
/// looking through an array beats a table.
package struct LogLabels: Sendable {
    package enum Origin: Sendable {
        case stream, metadata, parsed
    }

    package struct Label: Sendable {
        package var name: String
        package var value: String
        package var origin: Origin
    }

    package var labels: [Label] = []

    package init() {}

    package init(stream: [LokiMapping.Pair], metadata: [LokiMapping.Pair]) {
        labels.reserveCapacity(stream.count + metadata.count + 8)
        for pair in stream { labels.append(Label(name: pair.name, value: pair.value, origin: .stream)) }
        for pair in metadata { labels.append(Label(name: pair.name, value: pair.value, origin: .metadata)) }
    }

    package subscript(_ name: String) -> String? { labels.first { $0.name == name }?.value }

    package var hasError: Bool { labels.contains { $0.name == LogLabels.error } }

    package static let error = "__error__"
    package static let errorDetails = "__error_details__"

    /// Adds a parsed label; one that meets a stream label or metadata gets `_extracted` behind its name, and the
    /// first of equal names wins.
    package mutating func addParsed(_ name: String, _ value: String) {
        var name = name
        if labels.contains(where: { $0.name == name && $0.origin != .parsed }) { name += "_extracted" }
        guard !labels.contains(where: { $0.name == name }) else { return }
        labels.append(Label(name: name, value: value, origin: .parsed))
    }

    /// What a parser was asked for by name: takes the place of what an earlier one gave; empty where the line does not
    /// have it (nil).
    package mutating func extract(_ name: String, _ value: String?) {
        let isTaken = labels.contains { $0.name == name && $0.origin != .parsed }
        guard value != nil || !isTaken else { return }
        let name = isTaken ? name + "_extracted" : name
        if let at = labels.firstIndex(where: { $0.name == name }) {
            labels[at].value = value ?? ""
        } else {
            labels.append(Label(name: name, value: value ?? "", origin: .parsed))
        }
    }

    /// Sets a label whatever it was before.
    package mutating func replace(_ name: String, _ value: String) {
        labels.removeAll { $0.name == name }
        labels.append(Label(name: name, value: value, origin: .parsed))
    }

    package mutating func setError(_ kind: String, _ details: String) {
        guard !hasError else { return }
        labels.append(Label(name: LogLabels.error, value: kind, origin: .parsed))
        labels.append(Label(name: LogLabels.errorDetails, value: details, origin: .parsed))
    }

    /// Sorted pairs of the origins asked for.
    package func pairs(_ wanted: Origin...) -> [LokiMapping.Pair] {
        LokiMapping.sorted(labels.filter { wanted.contains($0.origin) }.map { ($0.name, $0.value) })
    }
}
