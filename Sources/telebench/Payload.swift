import ArgumentParser
import Foundation

/// The requests of a payload file, read one by one: the file itself takes no memory of the process that is measured.
struct Payload: Sendable {
    private let descriptor: Int32
    private var places: [(offset: Int, length: Int)] = []
    private(set) var bytes = 0
    let path: String

    var count: Int { places.count }

    init(path: String, limit: Int) throws {
        self.path = path
        descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else {
            throw ValidationError("can't read \(path); make it with shared/bench/gen.py")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ValidationError("can't read \(path)") }
        let size = Int(status.st_size)
        var at = 0
        while at + 4 <= size, limit == 0 || places.count < limit {
            let header = try read(at, 4)
            let length = (0..<4).reduce(0) { $0 | Int(header[$1]) << (8 * $1) }
            at += 4
            guard length <= size - at else { throw ValidationError("\(path) is cut at byte \(at)") }
            places.append((at, length))
            bytes += length
            at += length
        }
        guard !places.isEmpty else { throw ValidationError("\(path) holds no request") }
    }

    func request(_ index: Int) throws -> [UInt8] { try read(places[index].offset, places[index].length) }

    private func read(_ offset: Int, _ count: Int) throws -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            used = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
        }
        guard bytes.count == count else { throw ValidationError("\(path) is cut at byte \(offset)") }
        return bytes
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
