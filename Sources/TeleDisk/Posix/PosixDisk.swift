#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The machine's own file system.
package struct PosixDisk: Disk {
    package init() {}

    package func create(_ path: String) throws(DiskError) -> any DiskFile {
        let descriptor = SystemCalls.retry {
            #if canImport(Darwin)
            Darwin.open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o640)
            #elseif canImport(Musl)
            Musl.open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o640)
            #else
            Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o640)
            #endif
        }
        guard descriptor >= 0 else { throw SystemCalls.lastError("create", path) }
        return PosixFile(path: path, descriptor: descriptor)
    }

    package func open(_ path: String) throws(DiskError) -> any DiskFile {
        PosixFile(path: path, descriptor: try descriptor(path, O_RDONLY))
    }

    package func rename(_ path: String, to target: String) throws(DiskError) {
        #if canImport(Darwin)
        let result = Darwin.rename(path, target)
        #elseif canImport(Musl)
        let result = Musl.rename(path, target)
        #else
        let result = Glibc.rename(path, target)
        #endif
        guard result == 0 else { throw SystemCalls.lastError("rename", path) }
    }

    package func remove(_ path: String) throws(DiskError) {
        guard unlink(path) == 0 else { throw SystemCalls.lastError("remove", path) }
    }

    package func link(_ path: String, to target: String) throws(DiskError) {
        #if canImport(Darwin)
        let result = Darwin.link(path, target)
        #elseif canImport(Musl)
        let result = Musl.link(path, target)
        #else
        let result = Glibc.link(path, target)
        #endif
        guard result == 0 else { throw SystemCalls.lastError("link", path) }
    }

    package func syncFolder(_ path: String) throws(DiskError) {
        let folder = try descriptor(path, O_RDONLY | O_DIRECTORY)
        defer { _ = close(folder) }
        guard SystemCalls.retry({ fsync(folder) }) == 0 else { throw SystemCalls.lastError("sync", path) }
    }

    package func createFolder(_ path: String) throws(DiskError) {
        if mkdir(path, 0o750) == 0 { return }
        let failure = SystemCalls.lastError("create", path)
        switch failure.code {
        case .exists:
            // Something else than a folder under this name shows when the folder is first used.
            return
        case .notFound:
            guard let slash = path.utf8.dropLast().lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else {
                throw failure
            }
            try createFolder(String(path[..<slash]))
            guard mkdir(path, 0o750) == 0 else { throw SystemCalls.lastError("create", path) }
        default: throw failure
        }
    }

    package func removeFolder(_ path: String) throws(DiskError) {
        guard rmdir(path) == 0 else { throw SystemCalls.lastError("remove", path) }
    }

    package func list(_ folder: String) throws(DiskError) -> [FolderEntry] {
        guard let stream = opendir(folder) else { throw SystemCalls.lastError("list", folder) }
        defer { closedir(stream) }
        var entries: [FolderEntry] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name == "." || name == ".." { continue }
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { continue }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            entries.append(FolderEntry(name: name, isFolder: isFolder, size: Int(status.st_size)))
        }
        return entries.sorted { $0.name < $1.name }
    }

    package func space(_ folder: String) throws(DiskError) -> DiskSpace {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { throw SystemCalls.lastError("look at", folder) }
        let unit = UInt64(status.f_frsize)
        func bytes(_ blocks: UInt64) -> Int {
            Int(clamping: blocks.multipliedReportingOverflow(by: unit).overflow ? UInt64.max : blocks * unit)
        }
        return DiskSpace(free: bytes(UInt64(status.f_bavail)), total: bytes(UInt64(status.f_blocks)))
    }

    package func lock(_ folder: String) throws(DiskError) -> any FolderLock {
        let descriptor = try descriptor(folder, O_RDONLY | O_DIRECTORY)
        guard SystemCalls.retry({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 else {
            let failure =
                errno == EWOULDBLOCK
                ? DiskError(.locked, "lock", folder) : SystemCalls.lastError("lock", folder)
            _ = close(descriptor)
            throw failure
        }
        return PosixFolderLock(descriptor: descriptor)
    }

    /// Raises the soft limit of open files to the hard one: a segment holds one each.
    package static func raiseOpenFileLimit() {
        var limit = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = Swift.min(limit.rlim_max, 65_536)
        _ = setrlimit(resource, &limit)
    }

    private func descriptor(_ path: String, _ flags: Int32) throws(DiskError) -> Int32 {
        let descriptor = SystemCalls.retry {
            #if canImport(Darwin)
            Darwin.open(path, flags | O_CLOEXEC)
            #elseif canImport(Musl)
            Musl.open(path, flags | O_CLOEXEC)
            #else
            Glibc.open(path, flags | O_CLOEXEC)
            #endif
        }
        guard descriptor >= 0 else { throw SystemCalls.lastError("open", path) }
        return descriptor
    }
}
