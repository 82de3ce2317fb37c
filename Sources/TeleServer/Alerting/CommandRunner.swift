internal import Foundation
internal import TeleAlert
internal import TeleDisk

/// Runs the program of a `command_configs` entry: its arguments as they are, no shell, an environment of its own, the
/// payload on standard input. It leads a process group (Foundation makes one), so that what it has started ends with it
/// when its time is over. What it prints is kept to a bound for the message of a failure.
enum CommandRunner {
    /// Between SIGTERM and SIGKILL.
    private static let grace = Duration.seconds(2)

    static func run(
        _ settings: CommandSettings, input: [UInt8], environment: [String: String]
    ) async throws(DeliveryFailure) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: settings.path)
        process.arguments = settings.arguments
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"].merging(environment) { $1 }
            .merging(settings.environment.map { ($0.name, $0.value) }) { $1 }
        let (stdin, output) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = output
        process.standardError = output
        let printed = Guarded<[UInt8]>([])
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            printed.withLock { $0 += data.prefix(max(0, settings.outputBytes - $0.count)) }
        }
        defer { output.fileHandleForReading.readabilityHandler = nil }
        let isOver = Guarded(false)
        let ended = AsyncStream<Void> { stream in
            process.terminationHandler = { _ in
                isOver.withLock { $0 = true }
                stream.finish()
            }
        }
        do { try process.run() } catch {
            throw DeliveryFailure("\(settings.path) can't be started: \(error.localizedDescription)", isRetryable: true)
        }
        let writer = DispatchQueue(label: "teled.command")
        // A program that reads nothing ends the writing with its own end.
        writer.async {
            try? stdin.fileHandleForWriting.write(contentsOf: Data(input))
            try? stdin.fileHandleForWriting.close()
        }
        let hasTimedOut = Guarded(false)
        let pid = process.processIdentifier
        let watchdog = Task {
            guard (try? await Task.sleep(for: .milliseconds(settings.timeout))) != nil else { return }
            guard !isOver.value else { return }
            hasTimedOut.withLock { $0 = true }
            kill(-pid, SIGTERM)
            guard (try? await Task.sleep(for: grace)) != nil else { return }
            kill(-pid, SIGKILL)
        }
        await withTaskCancellationHandler {
            for await _ in ended {}
        } onCancel: {
            if !isOver.value { kill(-pid, SIGKILL) }
        }
        watchdog.cancel()
        // What it started goes with it, also what took no notice of SIGTERM.
        if hasTimedOut.value { kill(-pid, SIGKILL) }
        let text = String(decoding: printed.withLock { $0 }, as: UTF8.self)
        if hasTimedOut.value {
            throw DeliveryFailure(
                "\(settings.path) was stopped after \(settings.timeout) ms: \(text)", isRetryable: true)
        }
        guard isOver.value, process.terminationReason == .exit, process.terminationStatus == 0 else {
            let status = isOver.value ? "\(process.terminationStatus)" : "unknown"
            throw DeliveryFailure("\(settings.path) ended with \(status): \(text)", isRetryable: true)
        }
    }
}
