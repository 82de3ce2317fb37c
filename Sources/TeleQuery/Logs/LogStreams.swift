package import TeleEngine
package import TeleModel

/// The streams that a selector chooses: resources by fingerprint with their labels, made once a query.
package struct LogStreams: Sendable {
    package struct Stream: Sendable {
        package var labels: [LokiMapping.Pair]
        package var metadata: [LokiMapping.Pair]
    }

    package private(set) var byFingerprint: [UInt64: Stream] = [:]

    package init(
        matching matchers: [Matcher], time: Range<UInt64>, snapshot: any EngineSnapshot, budget: QueryBudget
    ) throws(EngineError) {
        let core = try snapshot.logResources(time: time, budget: budget)
        for row in 0..<core.resources.count {
            let labels = LokiMapping.streamLabels(core, resource: row)
            let isWanted = matchers.allSatisfy { matcher in
                matcher.accepts(labels.first { $0.name == matcher.name }?.value ?? "")
            }
            guard isWanted else { continue }
            byFingerprint[core.resources.fingerprints[row]] = Stream(
                labels: labels, metadata: LokiMapping.resourceMetadata(core, resource: row))
        }
    }

    package var fingerprints: Set<UInt64> { Set(byFingerprint.keys) }
    package var isEmpty: Bool { byFingerprint.isEmpty }

    /// Distinct label sets, in the order of their text.
    package var labelSets: [[LokiMapping.Pair]] {
        var seen: [String: [LokiMapping.Pair]] = [:]
        for stream in byFingerprint.values { seen[LogStreams.key(stream.labels)] = stream.labels }
        return seen.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.value)
    }

    /// A text that is equal for equal sorted labels. NUL can't stand in a label name.
    package static func key(_ labels: [LokiMapping.Pair]) -> String {
        var out = ""
        for label in labels {
            out += label.name
            out += "\0"
            out += label.value
            out += "\u{1}"
        }
        return out
    }
}
