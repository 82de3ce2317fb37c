import ArgumentParser
import Foundation

/// The requests of a payload file, in memory.
struct Payload {
    var requests: [[UInt8]] = []
    var bytes = 0

    init(path: String, limit: Int) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("can't read \(path); make it with shared/bench/gen.py")
        }
        let all = [UInt8](data)
        var at = 0
        while at + 4 <= all.count, limit == 0 || requests.count < limit {
            let length = (0..<4).reduce(0) { $0 | Int(all[at + $1]) << (8 * $1) }
            at += 4
            guard length <= all.count - at else { throw ValidationError("\(path) is cut at byte \(at)") }
            requests.append(Array(all[at..<at + length]))
            bytes += length
            at += length
        }
        guard !requests.isEmpty else { throw ValidationError("\(path) holds no request") }
    }
}

/// What the process has used so far.
struct Usage {
    /// User and system, all threads.
    var cpuSeconds: Double
    var peakMegabytes: Double

    static func now() -> Usage {
        var usage = rusage()
        #if canImport(Darwin)
        getrusage(RUSAGE_SELF, &usage)
        let peak = Double(usage.ru_maxrss) / 1_048_576
        #else
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let peak = Double(usage.ru_maxrss) / 1_024
        #endif
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Usage(cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), peakMegabytes: peak)
    }
}
