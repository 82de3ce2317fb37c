#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the process and Swift's runtime use, by OpenTelemetry's names: `process.cpu.time{cpu.mode}`,
/// `process.memory.usage`, `process.memory.virtual`, `process.thread.count`, `process.open_file_descriptor.count`,
/// `process.paging.faults{process.paging.fault_type}`, `process.context_switches{process.context_switch_type}`,
/// `process.uptime`; and by a name of ours `swift.concurrency.delay`: how long a task waited for a thread of the cooperative pool when the metrics were collected:
/// what rises when something blocks it.
struct ProcessMetrics: Sendable {
    private let registry: MetricRegistry
    private let begin = ContinuousClock.now
    private var last: [String: Double] = [:]

    init(_ registry: MetricRegistry) {
        self.registry = registry
        update()
    }

    mutating func update() {
        var usage = rusage()
        #if canImport(Glibc)
        let status = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
        let status = getrusage(RUSAGE_SELF, &usage)
        #endif
        if status == 0 {
            total("process.cpu.time", ("cpu.mode", "user"), Self.seconds(usage.ru_utime))
            total("process.cpu.time", ("cpu.mode", "system"), Self.seconds(usage.ru_stime))
            total("process.paging.faults", ("process.paging.fault_type", "minor"), Double(usage.ru_minflt))
            total("process.paging.faults", ("process.paging.fault_type", "major"), Double(usage.ru_majflt))
            let kind = "process.context_switch_type"
            total("process.context_switches", (kind, "voluntary"), Double(usage.ru_nvcsw))
            total("process.context_switches", (kind, "involuntary"), Double(usage.ru_nivcsw))
        }
        registry.series(.gauge, "process.uptime", []).set((ContinuousClock.now - begin) / .seconds(1))
        #if os(Linux)
        if let text = SmallFile.read("/proc/self/statm") {
            let pages = text.split(separator: " ").prefix(2).compactMap { Int64($0) }
            let size = Int64(sysconf(Int32(_SC_PAGESIZE)))
            if pages.count == 2, size > 0 {
                gauge("process.memory.virtual", pages[0].multipliedReportingOverflow(by: size).partialValue)
                gauge("process.memory.usage", pages[1].multipliedReportingOverflow(by: size).partialValue)
            }
        }
        // The list of descriptors holds the one that reads it.
        if let count = SmallFile.entries("/proc/self/fd") { gauge("process.open_file_descriptor.count", count - 1) }
        if let count = SmallFile.entries("/proc/self/task") { gauge("process.thread.count", count) }
        #endif
        let delay = registry.series(.gauge, "swift.concurrency.delay", [])
        let asked = ContinuousClock.now
        Task.detached { delay.set((ContinuousClock.now - asked) / .seconds(1)) }
    }

    private func gauge(_ label: String, _ value: Int64) { registry.series(.gauge, label, []).set(value) }

    private mutating func total(_ label: String, _ dimension: (String, String), _ value: Double) {
        let key = "\(label) \(dimension.1)"
        registry.series(.floatCounter, label, [dimension]).increment(by: max(0, value - (last[key] ?? 0)))
        last[key] = value
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
