package import TeleAlert
internal import TeleDisk
internal import TeleModel

/// The rules that every server has, each with a switch. They go through the same states, templates and delivery as a
/// file's; what they look at is not stored, so that they leave no series among the users'.
package enum BuiltinRules {
    package static let file = "built-in"
    package static let group = "teled"
    package static let silent = "ServiceSilent"

    /// How often they are evaluated at least, milliseconds.
    private static let interval: Int64 = 15_000
    /// A service that has been silent for this long is nobody's any more.
    package static let forgotten: Int64 = 86_400_000
    /// A skew is one when batches have had it for this long, the last of them not long ago.
    private static let skewAge: Int64 = 60_000
    private static let skewValidity: Int64 = 600_000
    /// Free space that is enough on whatever disk, and as a part of it.
    private static let freeBytes = 20 << 30
    private static let freePart = 0.1
    private static let pushGrace: Int64 = 30_000

    /// The group of those that are switched on; none where none is.
    static func groups(_ configuration: Configuration, _ facts: BuiltinFacts) -> [RuleGroup] {
        let on = rules(configuration.builtins, facts)
        if on.isEmpty { return [] }
        let interval = DurationText.text(min(interval, configuration.evaluationInterval))
        var yaml = "groups:\n- name: \(group)\n  interval: \(interval)\n  rules:\n"
        for rule in on {
            yaml += """
                  - alert: \(rule.name)
                    lang: built-in
                    expr: '\(rule.condition.text)'
                    labels: {severity: \(rule.severity)}
                    annotations: {summary: '\(rule.summary)'}

                """
        }
        return RuleFile(yaml: yaml, name: file, conditions: on.map(\.condition)).groups
    }

    private struct Builtin {
        var name: String
        var severity: String
        var summary: String
        var condition: NativeQuery
    }

    private static func rules(_ switches: Configuration.Builtins, _ facts: BuiltinFacts) -> [Builtin] {
        var out: [Builtin] = []
        if switches.deadMan > 0 {
            let limit = DurationText.text(switches.deadMan)
            out.append(
                Builtin(
                    name: silent, severity: "warning",
                    summary: "{{ $labels.service_name }} sent telemetry and stopped {{ humanizeDuration $value }} ago",
                    condition: NativeQuery("seconds since the last telemetry of a service > \(limit)") { time in
                        silent(facts.services, for: switches.deadMan, at: time)
                    }))
        }
        if switches.ingestRefused {
            out.append(
                Builtin(
                    name: "IngestRefused", severity: "warning",
                    summary: "{{ $value }} were refused in 5 minutes: {{ $labels.reason }} {{ $labels.signal }}",
                    condition: NativeQuery("requests and records refused in 5m > 0") { time in
                        refused(facts, at: time)
                    }))
        }
        if switches.diskFull {
            out.append(
                Builtin(
                    name: "DiskNearlyFull", severity: "critical",
                    summary: "the disk of the data folder has {{ humanize1024 $value }}B left",
                    condition: NativeQuery("bytes free on the disk of the data folder < 10% and < 20GiB") { _ in
                        nearlyFull(facts)
                    }))
        }
        if switches.clockSkew > 0 {
            let limit = DurationText.text(switches.clockSkew)
            out.append(
                Builtin(
                    name: "ClockSkew", severity: "warning",
                    summary: "the clock of {{ $labels.service_name }} is off by {{ humanizeDuration $value }} "
                        + "(ahead; below zero: behind, or its spans come late)",
                    condition: NativeQuery("seconds that the clock of a service is off for 1m > \(limit)") { time in
                        skewed(facts.services, at: time)
                    }))
        }
        if switches.pushFailing {
            out.append(
                Builtin(
                    name: "AlertmanagerUnreachable", severity: "critical",
                    summary:
                        "alerts could not be pushed to {{ $labels.alertmanager }} for {{ humanizeDuration $value }}",
                    condition: NativeQuery("seconds that pushes to an Alertmanager have failed > 30s") { time in
                        unreachable(facts, at: time)
                    }))
        }
        return out
    }

    // MARK: Conditions

    package static func silent(_ services: ServiceWatch, for limit: Int64, at time: Int64) -> RuleVector {
        services.forget(olderThan: forgotten, now: time)
        return vector(
            services.known.compactMap { name, service in
                let age = time - service.seen
                return age > limit ? ([("service_name", name)], Double(age) / 1000) : nil
            })
    }

    private static func refused(_ facts: BuiltinFacts, at time: Int64) -> RuleVector {
        vector(
            facts.refusals.rise(facts.refused, at: time).map { kind, count in
                let signal = kind.signal.isEmpty ? [] : [(name: "signal", value: kind.signal)]
                return ([(name: "reason", value: kind.reason)] + signal, Double(count))
            })
    }

    private static func nearlyFull(_ facts: BuiltinFacts) -> RuleVector {
        guard let space = facts.disk.value, space.total > 0, space.free < freeBytes,
            Double(space.free) < freePart * Double(space.total)
        else { return RuleVector() }
        return vector([([], Double(space.free))])
    }

    package static func skewed(_ services: ServiceWatch, at time: Int64) -> RuleVector {
        vector(
            services.known.compactMap { name, service in
                guard service.skew != 0, service.seen - service.skewedSince >= skewAge,
                    time - service.seen < skewValidity
                else { return nil }
                return ([("service_name", name)], Double(service.skew) / 1000)
            })
    }

    private static func unreachable(_ facts: BuiltinFacts, at time: Int64) -> RuleVector {
        vector(
            (facts.state.openEngine?.alerts?.push?.targets ?? []).compactMap { target in
                guard let since = target.failingSince, time - since >= pushGrace else { return nil }
                return ([("alertmanager", target.url)], Double(time - since) / 1000)
            })
    }

    private static func vector(_ samples: [(labels: [(name: String, value: String)], value: Double)]) -> RuleVector {
        var out = RuleVector()
        out.samples = samples.map { RuleVector.Sample(labels: LabelSet($0.labels), value: $0.value) }
        return out
    }
}
