/// How OTLP logs (and pushed streams) become what Loki's API shows. This is the one place that says it; the rules are
/// Loki's own, as observed on grafana/loki main of August 2026.
///
/// **Stream labels** come from the resource alone:
/// - origin `otlp`: the attributes of ``indexedAttributes``, names sanitised (`service.name` → `service_name`);
/// - origin `lokiStream`: all attributes as they are;
/// - both: without `service_name`, the first label of ``serviceNameSources`` gives it, else `unknown_service`.
///
/// **Structured metadata** is everything else, in this order, the last of equal names winning:
/// the record's attributes; `observed_timestamp` (when the time is set too), `severity_number`, `severity_text`,
/// `dropped_attributes_count`, `flags`, `event_name`, `trace_id`, `span_id`; the resource's other attributes; the
/// scope's attributes, `scope_name`, `scope_version`, `scope_dropped_attributes_count`; and `detected_level`
/// (``LokiLevel``). A name that a stream label has gets `_extracted` behind it.
///
/// **Names**: what is not a letter, digit or `_` becomes `_`, runs of `_` collapse, a leading digit gets `key_`.
/// **Values**: ``ValueText``; maps flatten with `_`; empty strings, null and empty maps vanish.
///
/// **The line** is the body as text; a map or an array as JSON; an empty body is "".
package enum LokiMapping {
    /// A label or a piece of metadata: name and value.
    package typealias Pair = (name: String, value: String)

    /// OTLP resource attributes that become stream labels (Loki's default `otlp_config`).
    package static let indexedAttributes: Set<String> = [
        "service.name", "service.namespace", "service.instance.id", "deployment.environment",
        "deployment.environment.name", "cloud.region", "cloud.availability_zone", "container.name", "k8s.cluster.name",
        "k8s.namespace.name", "k8s.pod.name", "k8s.container.name", "k8s.replicaset.name", "k8s.deployment.name",
        "k8s.statefulset.name", "k8s.daemonset.name", "k8s.cronjob.name", "k8s.job.name",
    ]

    /// Labels that stand in for a missing `service_name`, in order (Loki's `discover_service_name`).
    package static let serviceNameSources = [
        "service", "app", "application", "app_name", "name", "app_kubernetes_io_name", "container", "container_name",
        "k8s_container_name", "component", "workload", "job", "k8s_job_name",
    ]

    package static let unknownService = "unknown_service"

    /// The stream labels of a resource, sorted by name.
    package static func streamLabels(_ core: BatchCore, resource: Int) -> [Pair] {
        let isStream = core.resources.origins[resource] == ResourceOrigin.lokiStream.rawValue
        var labels: [Pair] = []
        for entry in core.resources.attributes.entries(of: resource) {
            let key = core.heap.string(core.keys[Int(core.resources.attributes.keys[entry])])
            guard isStream || indexedAttributes.contains(key) else { continue }
            let name = isStream ? key : sanitised(key)
            let value = core.resources.attributes.value(at: entry)
            if value.kind == .map {
                append(value, name: name, core.heap, to: &labels)
            } else {
                set(name, ValueText.text(of: value, heap: core.heap), in: &labels)
            }
        }
        if !labels.contains(where: { $0.name == "service_name" }) {
            let source = serviceNameSources.lazy.compactMap { name in labels.first { $0.name == name }?.value }.first
            labels.append(("service_name", source ?? unknownService))
        }
        return sorted(labels)
    }

    /// The metadata that every record of a resource carries: its attributes that are no stream labels.
    package static func resourceMetadata(_ core: BatchCore, resource: Int) -> [Pair] {
        guard core.resources.origins[resource] != ResourceOrigin.lokiStream.rawValue else { return [] }
        var out: [Pair] = []
        for entry in core.resources.attributes.entries(of: resource) {
            let key = core.heap.string(core.keys[Int(core.resources.attributes.keys[entry])])
            guard !indexedAttributes.contains(key) else { continue }
            append(core.resources.attributes.value(at: entry), name: sanitised(key), core.heap, to: &out)
        }
        return out
    }

    /// The metadata that every record of a scope carries.
    package static func scopeMetadata(_ core: BatchCore, scope: Int) -> [Pair] {
        var out: [Pair] = []
        for entry in core.scopes.attributes.entries(of: scope) {
            let key = core.heap.string(core.keys[Int(core.scopes.attributes.keys[entry])])
            append(core.scopes.attributes.value(at: entry), name: sanitised(key), core.heap, to: &out)
        }
        set("scope_name", core.heap.string(core.scopes.names[scope]), in: &out)
        set("scope_version", core.heap.string(core.scopes.versions[scope]), in: &out)
        if core.scopes.droppedAttributes[scope] != 0 {
            set("scope_dropped_attributes_count", String(core.scopes.droppedAttributes[scope]), in: &out)
        }
        return out
    }

    /// The metadata of the record itself, without that of its resource and scope. Needs all columns.
    package static func recordMetadata(_ batch: LogBatch, row: Int) -> [Pair] {
        var out: [Pair] = []
        let heap = batch.core.heap
        for entry in batch.attributes.entries(of: row) {
            let key = heap.string(batch.core.keys[Int(batch.attributes.keys[entry])])
            append(batch.attributes.value(at: entry), name: sanitised(key), heap, to: &out)
        }
        let isStream = batch.core.resources.origins[Int(batch.resource[row])] == ResourceOrigin.lokiStream.rawValue
        if batch.observed[row] != 0, batch.time[row] != 0, !isStream {
            set("observed_timestamp", String(batch.observed[row]), in: &out)
        }
        if batch.severity[row] != 0 { set("severity_number", String(batch.severity[row]), in: &out) }
        set("severity_text", heap.string(batch.severityText[row]), in: &out)
        if batch.droppedAttributes[row] != 0 {
            set("dropped_attributes_count", String(batch.droppedAttributes[row]), in: &out)
        }
        if batch.flags[row] != 0 { set("flags", String(batch.flags[row]), in: &out) }
        set("event_name", heap.string(batch.eventName[row]), in: &out)
        if !batch.traceID(row).isNone { set("trace_id", batch.traceID(row).hex, in: &out) }
        if batch.span[row] != 0 { set("span_id", SpanID(batch.span[row]).hex, in: &out) }
        return out
    }

    /// The entry's line: a string body as it is, any other as its text.
    package static func line(_ batch: LogBatch, row: Int) -> [UInt8] {
        let body = batch.bodyValue(row)
        if body.kind == .string { return Array(batch.core.heap[body.range]) }
        return Array(ValueText.text(of: body, heap: batch.core.heap).utf8)
    }

    /// Bytes of the line.
    package static func lineCount(_ batch: LogBatch, row: Int) -> Int {
        let body = batch.bodyValue(row)
        return body.kind == .string ? Int(body.range.count) : line(batch, row: row).count
    }
}
