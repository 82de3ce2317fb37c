/// Finds the crash reports of earlier processes of this program.
struct CrashReports: Sendable {
    let folder: String

    /// nil where nobody has said where reports are.
    init?(_ configuration: TeleConfiguration, environment: (String) -> String? = Process.environment) {
        guard configuration.isEnabled, configuration.crashReports else { return nil }
        let named = configuration.crashReportFolder ?? Self.folder(environment("SWIFT_BACKTRACE") ?? "")
        guard let named, !named.isEmpty else { return nil }
        folder = named.hasSuffix("/") && named != "/" ? String(named.dropLast()) : named
    }

    /// `output-to` of the runtime's setting, where the reports are JSON.
    static func folder(_ setting: String) -> String? {
        var values: [Substring: Substring] = [:]
        for part in setting.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { values[pair[0]] = pair[1] }
        }
        guard values["format"] == "json", let folder = values["output-to"], folder.hasPrefix("/") else { return nil }
        return String(folder)
    }

    /// The log records of all reports of `program` that have not been taken before; each is marked as taken by its name.
    /// Blocks.
    func take(program: String = Process.executableName, now: UInt64 = UnixTime.now()) -> [ExportItem] {
        var items: [ExportItem] = []
        let mine = Process.id
        for name in SmallFile.names(folder) ?? [] {
            // PROGRAM-PID-SECONDS.json
            guard name.hasPrefix("\(program)-"), name.hasSuffix(".json"), items.count < ClientLimits.crashReports
            else { continue }
            let process = name.dropFirst(program.count + 1).split(separator: "-").first.flatMap { Int64($0) }
            let path = "\(folder)/\(name)"
            guard process != mine, SmallFile.size(path) <= ClientLimits.crashReportBytes,
                let bytes = SmallFile.bytes(path), let report = CrashReport.read(bytes),
                SmallFile.rename(path, to: "\(path).sent")
            else { continue }
            let span = process.flatMap { LastSpan.read(folder, process: $0) }
            if let process { SmallFile.remove(LastSpan.path(folder, process)) }
            items.append(
                ExportItem(scope: "tele.crash", bytes: report.encode(process: process, span: span, now: now)))
        }
        return items
    }
}
