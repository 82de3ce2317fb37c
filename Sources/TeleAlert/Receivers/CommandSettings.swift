/// Runs a local program: the automatic response. Arguments and environment, never a shell; what it is about goes in as
/// the webhook's payload on standard input and as `TELE_*` variables.
package struct CommandSettings: Sendable {
    package var path: String
    package var arguments: [String]
    package var environment: [(name: String, value: String)]
    /// Milliseconds; then SIGTERM, and SIGKILL two seconds later.
    package var timeout: Int64
    /// Processes of this integration at the same time.
    package var concurrency: Int
    /// Bytes of its output that are kept for the error message.
    package var outputBytes: Int

    init(_ members: SettingMembers) throws(AlertingProblem) {
        let path = try members.required("path")
        self.path = try path.text()
        guard self.path.hasPrefix("/") else { throw path.problem("takes an absolute path") }
        arguments = try members["args"]?.texts(atMost: 1000) ?? []
        environment = try members["env"]?.textPairs(atMost: 1000) ?? []
        timeout = try members["timeout"]?.duration(least: 1) ?? 30_000
        concurrency = try members["concurrency"]?.number(1...64) ?? 1
        outputBytes = try members["output_bytes"]?.number(0...(1 << 20)) ?? 4096
        guard
            !([self.path] + arguments + environment.flatMap { [$0.name, $0.value] }).contains(where: {
                $0.contains("\0")
            })
        else { throw members.owner.problem("has a zero byte") }
    }

    static let keys = ["path", "args", "env", "timeout", "concurrency", "output_bytes"]
}
