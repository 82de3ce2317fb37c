import TeleAlert
import TeleModel

extension RuleManager {
    /// Labels that say which service an alert is about.
    private static let serviceLabels = ["service_name", "service", "job"]

    /// Names of the alerts that fire, or fired 15 minutes ago at most, and whose condition held within a time range
    /// (unix nanoseconds): those of one of the services, and those that name no service. Sorted.
    func firing(for services: Set<String>, _ time: Range<UInt64>) -> [String] {
        var names: Set<String> = []
        for group in groups {
            for rule in group.status.rules {
                for alert in rule.tracker.active.values where alert.firedAt != nil {
                    let begins = UInt64(clamping: alert.activeAt).multipliedReportingOverflow(by: 1_000_000)
                    let ends = UInt64(clamping: alert.resolvedAt ?? .max).multipliedReportingOverflow(by: 1_000_000)
                    guard !begins.overflow, begins.partialValue < time.upperBound,
                        ends.overflow || ends.partialValue >= time.lowerBound
                    else { continue }
                    let named = RuleManager.serviceLabels.compactMap { alert.labels[$0] }
                    if named.isEmpty || named.contains(where: services.contains) {
                        names.insert(alert.labels["alertname"] ?? "")
                    }
                }
            }
        }
        return names.sorted()
    }
}
