import ArgumentParser
import Foundation
import Synchronization

struct DriveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drive",
        abstract: "Send a payload to any OTLP/HTTP server and say what it cost that server.",
        discussion: "CPU and memory of --pid are read from /proc: Linux only. 429 and 503 are tried again.")

    @Argument(help: "Such as http://127.0.0.1:4318/v1/logs") var url: String
    @Argument var file: String
    @Option(help: "The server's process.") var pid: Int?
    @Option(help: "The server's data folder.") var data: String?
    @Option var connections = 2
    @Option(help: "Seconds to wait before the last reading.") var settle = 15.0
    @Option(help: "Only the first requests; 0 for all.") var limit = 0
    @Option(help: "A header to send, as Name: value.") var header: [String] = []
    @Flag(help: "One JSON line.") var json = false

    private struct Progress {
        var next = 0
        var bytes = 0
        var retries = 0
        var errors = 0
        var milliseconds: [Double] = []
    }

    func run() throws {
        let payload = try Payload(path: file, limit: limit)
        let target = try HTTPTarget(url, header: header)
        guard connections >= 1, connections <= 256 else { throw ValidationError("--connections is 1 to 256") }
        let before = pid.flatMap { ProcessReading(pid: $0) }
        if pid != nil, before == nil { throw ValidationError("can't read /proc/\(pid ?? 0)") }
        let progress = Mutex(Progress())
        let failure = Mutex<String?>(nil)
        let start = ContinuousClock.now
        let lanes = DispatchGroup()
        for _ in 0..<connections {
            let thread = Thread {
                do { try lane(payload, target, progress) } catch { failure.withLock { $0 = "\(error)" } }
                lanes.leave()
            }
            lanes.enter()
            thread.start()
        }
        lanes.wait()
        let wall = (ContinuousClock.now - start) / .seconds(1)
        if let failure = failure.withLock({ $0 }) { throw ValidationError(failure) }
        Thread.sleep(forTimeInterval: max(0, settle))
        report(progress.withLock { $0 }, wall, before)
        if progress.withLock({ $0.errors }) > 0 { throw ExitCode.failure }
    }

    private func lane(_ payload: Payload, _ target: HTTPTarget, _ progress: borrowing Mutex<Progress>) throws {
        var connection = try BlockingHTTP(target)
        while true {
            let index = progress.withLock { state -> Int in
                defer { state.next += 1 }
                return state.next
            }
            guard index < payload.count else { return }
            let body = try payload.request(index)
            var status = 0
            var taken = 0.0
            for attempt in 1...50 {
                let start = ContinuousClock.now
                do {
                    status = try connection.post(body)
                } catch {
                    // The server may have closed the connection between two requests.
                    if attempt > 3 { throw error }
                    connection = try BlockingHTTP(target)
                    continue
                }
                taken = (ContinuousClock.now - start) / .milliseconds(1)
                guard status == 429 || status == 503 else { break }
                progress.withLock { $0.retries += 1 }
                Thread.sleep(forTimeInterval: 0.05 * Double(attempt))
            }
            progress.withLock { state in
                state.bytes += body.count
                state.milliseconds.append(taken)
                if !(200..<300).contains(status) { state.errors += 1 }
            }
        }
    }

    private func report(_ progress: Progress, _ wall: Double, _ before: ProcessReading?) {
        let times = progress.milliseconds.sorted()
        var table = BenchTable("drive \(url)", ["what", "value"])
        table.row(["requests", .count(times.count)])
        table.row(["errors", .count(progress.errors)])
        table.row(["retries", .count(progress.retries)])
        table.row(["MB", .number(Double(progress.bytes) / 1e6)])
        table.row(["wall s", .number(wall)])
        table.row(["MB/s", .number(Double(progress.bytes) / 1e6 / max(wall, 1e-9))])
        if !times.isEmpty {
            table.row(["p50 ms", .number(times[times.count / 2])])
            table.row(["p99 ms", .number(times[times.count * 99 / 100])])
        }
        if let before, let pid, let after = ProcessReading(pid: pid) {
            let cpu = after.cpuSeconds - before.cpuSeconds
            table.row(["server CPU s", .number(cpu)])
            table.row(["server CPU s a 100 MB", .number(cpu / Double(max(progress.bytes, 1)) * 1e8)])
            table.row(["server RSS MB", .number(after.megabytes)])
            table.row(["server peak RSS MB", .number(after.peakMegabytes)])
        }
        if let data { table.row(["on disk MB", .number(Double(Folder.bytes(data)) / 1e6)]) }
        table.print(json: json)
    }
}

/// What a process of this machine has used, from /proc.
struct ProcessReading {
    var cpuSeconds: Double
    var megabytes: Double
    var peakMegabytes: Double

    init?(pid: Int) {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let end = stat.range(of: ") ", options: .backwards)
        else { return nil }
        let fields = stat[end.upperBound...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        cpuSeconds = (user + system) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        func field(_ name: String) -> Double {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            let words = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }) ?? []
            return words.count > 1 ? (Double(words[1]) ?? 0) / 1_024 : 0
        }
        megabytes = field("VmRSS:")
        peakMegabytes = field("VmHWM:")
    }
}
