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
        return memoryPages(1)
        #else
        var usage = rusage()
        return getrusage(RUSAGE_SELF, &usage) == 0 ? Int(usage.ru_maxrss) : 0
        #endif
    }

    /// Bytes of address space.
    package static var virtualBytes: Int {
        #if os(Linux)
        return memoryPages(0)
        #else
        return 0
        #endif
    }

    #if os(Linux)
    /// Bytes of a field of `statm`.
    private static func memoryPages(_ field: Int) -> Int {
        guard let text = read("/proc/self/statm"), let pages = text.split(separator: " ").dropFirst(field).first else {
            return 0
        }
        return (Int(pages) ?? 0) &* Int(sysconf(Int32(_SC_PAGESIZE)))
    }
    #endif

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

    package static var threads: Int {
        #if os(Linux)
        guard let folder = opendir("/proc/self/task") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return max(0, count - 2)
        #else
        return 0
        #endif
    }

    package static var cores: Int { Int(clamping: sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    package static var hostName: String { text(256) { gethostname($0, $1 - 1) == 0 } }

    package static var workingFolder: String { text(4096) { getcwd($0, $1) != nil } }

    /// What a call writes into a buffer that ends with zeros.
    private static func text(_ count: Int, _ fill: (UnsafeMutablePointer<CChar>, Int) -> Bool) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: count) { buffer in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress, fill(start, count) else { return "" }
            return String(cString: start)
        }
    }

    /// The soft limit of open files.
    package static var mostFiles: Int {
        var limit = rlimit()
        return getrlimit(filesResource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 0
    }

    /// First of all, while there are few threads: glibc fixes the number of its arenas when there are eight.
    package static func prepareMemory() { Allocator.prepare() }

    /// Raises the soft limit of open files to the hard one: every connection and segment is a descriptor.
    package static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(filesResource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(filesResource, &limit)
    }

    #if canImport(Glibc)
    private static var filesResource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
    #else
    private static let filesResource = RLIMIT_NOFILE
    #endif

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
