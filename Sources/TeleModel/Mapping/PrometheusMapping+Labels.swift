/// Label sets of series and targets.
extension PrometheusMapping {
    package typealias Attribute = (key: String, value: String)

    /// What a resource gives to each of its series.
    package struct Target: Sendable {
        /// `service.name`.
        package var service: String?
        package var job: String?
        package var instance: String?
        /// The labels of `target_info`; nil where there is none.
        package var info: LabelSet?

        /// `attributes` in the order in which they were sent; of several with one key the first counts.
        package init(_ attributes: [Attribute]) {
            func first(_ key: String) -> String? { attributes.first { $0.key == key }?.value }
            service = first("service.name")
            if let name = service {
                job = first("service.namespace").map { $0 + "/" + name } ?? name
            }
            instance = first("service.instance.id")
            let identifying: Set = ["service.name", "service.namespace", "service.instance.id"]
            let others = attributes.filter { !identifying.contains($0.key) }
            let hasIdentity = !(job ?? "").isEmpty || !(instance ?? "").isEmpty
            guard hasIdentity, !others.isEmpty else { return }
            info = seriesLabels(name: "target_info", others, scope: [], target: self, extra: [])
        }
    }

    /// The canonical labels of a series: its attributes, then the scope's labels, job and instance, the name and
    /// what the sample's kind adds (`le`, `quantile`), each over what was there before.
    package static func seriesLabels(
        name: String, _ attributes: [Attribute], scope: [Attribute], target: Target, extra: [Attribute]
    ) -> LabelSet {
        var labels: [(name: String, value: String)] = []
        labels.reserveCapacity(attributes.count + scope.count + extra.count + 3)
        let sorted = attributes.enumerated().sorted {
            $0.element.key == $1.element.key
                ? $0.offset < $1.offset : $0.element.key.utf8.lexicographicallyPrecedes($1.element.key.utf8)
        }
        var places: [String: Int] = [:]
        for (_, attribute) in sorted {
            let label = labelName(attribute.key)
            if label.isEmpty { continue }
            if let place = places[label] {
                if labels[place].value.isEmpty {
                    labels[place].value = attribute.value
                } else {
                    labels[place].value += ";" + attribute.value
                }
            } else {
                places[label] = labels.count
                labels.append((label, attribute.value))
            }
        }
        labels.append(contentsOf: scope.map { ($0.key, $0.value) })
        if let job = target.job { labels.append(("job", job)) }
        if let instance = target.instance { labels.append(("instance", instance)) }
        labels.append(("__name__", name))
        labels.append(contentsOf: extra.map { ($0.key, $0.value) })
        return LabelSet(labels)
    }

    /// The `otel_scope_*` labels; none for a scope without a name.
    package static func scopeLabels(
        name: String, version: String, schemaURL: String, attributes: [Attribute]
    ) -> [Attribute] {
        if name.isEmpty { return [] }
        let own = attributes.map { Attribute(key: labelName("otel_scope_" + $0.key), value: $0.value) }
        return own.filter { !$0.key.isEmpty } + [
            ("otel_scope_name", name), ("otel_scope_version", version), ("otel_scope_schema_url", schemaURL),
        ]
    }
}
