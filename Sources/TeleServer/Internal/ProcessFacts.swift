internal import TeleDisk

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What the system tells of this process; 0 where it does not tell.
package enum ProcessFacts {
    /// Bytes of the resident set.
    package static var residentBytes: Int {
        #if os(Linux)
        guard let text = read("/proc/self/statm"), let pages = text.split(separator: " ").dropFirst().first else {
            return 0
        }
        return (Int(pages) ?? 0) &* Int(sysconf(Int32(_SC_PAGESIZE)))
        #else
        var usage = rusage()
        return getrusage(RUSAGE_SELF, &usage) == 0 ? Int(usage.ru_maxrss) : 0
        #endif
    }

    /// CPU seconds of user and system time.
    package static var cpuSeconds: Double { SystemTime.processSeconds }

    package static var openFiles: Int {
        #if os(Linux)
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return max(0, count - 3)
        #else
        return 0
        #endif
    }

    /// Raises the soft limit of open files to the hard one: every connection and segment is a descriptor.
    package static func raiseFileLimit() {
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
    }

    #if os(Linux)
    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            #if canImport(Glibc)
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #else
            let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
            return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
        }
    }
    #endif
}
