internal import TeleModel
internal import TeleQuery

/// Alerts of a notification as templates see them.
struct AlertsObject: LogTemplateObject {
    var items: [Notification.Item]

    func member(_ name: String, _ arguments: [LogTemplateValue]) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "Firing": .object(AlertsObject(items: items.filter(\.isFiring)))
        case "Resolved": .object(AlertsObject(items: items.filter { !$0.isFiring }))
        default: nil
        }
    }

    var count: Int? { items.count }

    func element(_ at: Int) -> (key: LogTemplateValue, value: LogTemplateValue) {
        (.int(Int64(at)), .object(AlertObject(item: items[at])))
    }

    var printed: String {
        "[" + items.prefix(AlertingLimits.listedAlerts).map { AlertObject(item: $0).printed }.joined(separator: " ")
            + "]"
    }
}

/// One alert, with the fields of Alertmanager's.
struct AlertObject: LogTemplateObject {
    var item: Notification.Item

    func member(_ name: String, _ arguments: [LogTemplateValue]) throws(LogTemplateError) -> LogTemplateValue? {
        let alert = item.alert
        switch name {
        case "Status": return .string(item.isFiring ? "firing" : "resolved")
        case "Labels": return .object(LabelsObject(labels: alert.labels))
        case "Annotations": return .object(LabelsObject(labels: alert.annotations))
        case "StartsAt": return .object(TimeObject(milliseconds: alert.startsAt))
        case "EndsAt": return .object(item.isFiring ? TimeObject.never : TimeObject(milliseconds: alert.endsAt))
        case "GeneratorURL": return .string(alert.generatorURL)
        case "Fingerprint": return .string(AlertFingerprint.text(item.fingerprint))
        default: return nil
        }
    }

    var printed: String {
        "{\(item.isFiring ? "firing" : "resolved") \(LabelsObject(labels: item.alert.labels).printed)}"
    }
}

/// Labels or annotations: Alertmanager's `KV`. A method's name wins over a label's, as in Go.
struct LabelsObject: LogTemplateObject {
    var labels: LabelSet

    /// By name, `alertname` first.
    private var sorted: [(name: String, value: String)] {
        let pairs = labels.pairs
        return pairs.filter { $0.name == "alertname" } + pairs.filter { $0.name != "alertname" }
    }

    func member(_ name: String, _ arguments: [LogTemplateValue]) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "SortedPairs": return .object(PairsObject(pairs: sorted))
        case "Names": return .list(sorted.map { .string($0.name) })
        case "Values": return .list(sorted.map { .string($0.value) })
        case "Remove":
            guard arguments.count == 1, case .list(let names) = arguments[0] else {
                throw LogTemplateError("Remove takes a list of names")
            }
            var gone: Set<String> = []
            for case .string(let name) in names { gone.insert(name) }
            return .object(LabelsObject(labels: LabelSet(labels.pairs.filter { !gone.contains($0.name) })))
        default: return .string(labels[name] ?? "")
        }
    }

    var count: Int? { labels.pairs.count }

    func element(_ at: Int) -> (key: LogTemplateValue, value: LogTemplateValue) {
        let pair = labels.pairs[at]
        return (.string(pair.name), .string(pair.value))
    }

    func value(for key: LogTemplateValue) -> LogTemplateValue? {
        guard case .string(let name) = key else { return nil }
        return labels[name].map { .string($0) }
    }

    var printed: String { PairsObject(pairs: sorted).printed }
}

/// Labels in order: Alertmanager's `Pairs`.
struct PairsObject: LogTemplateObject {
    var pairs: [(name: String, value: String)]

    func member(_ name: String, _ arguments: [LogTemplateValue]) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "Names": .list(pairs.map { .string($0.name) })
        case "Values": .list(pairs.map { .string($0.value) })
        default: nil
        }
    }

    var count: Int? { pairs.count }

    func element(_ at: Int) -> (key: LogTemplateValue, value: LogTemplateValue) {
        (.int(Int64(at)), .map([("Name", .string(pairs[at].name)), ("Value", .string(pairs[at].value))]))
    }

    var printed: String { pairs.map { "\($0.name)=\($0.value)" }.joined(separator: ", ") }
}
