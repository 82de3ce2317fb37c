#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What the system said, and the calls that differ from one platform to the next.
enum SystemCalls {
    /// The last error as one of ours. Read right after the failed call, on the same thread.
    static func lastError(_ operation: String, _ path: String) -> DiskError {
        let number = errno
        let code: DiskError.Code =
            switch number {
            case ENOENT, ENOTDIR: .notFound
            case EEXIST: .exists
            case ENOSPC, EDQUOT: .noSpace
            case EACCES, EPERM: .notPermitted
            case EROFS: .readOnly
            case EMFILE, ENFILE: .tooManyOpenFiles
            default: .io
            }
        return DiskError(code, operation, path, number: number)
    }

    /// Makes a file's content durable: fdatasync, and on Apple's systems, where that leaves the data in the drive's
    /// cache, F_FULLFSYNC with fsync where the file system does not know it.
    static func syncContent(_ descriptor: Int32) -> Bool {
        #if canImport(Darwin)
        return fcntl(descriptor, F_FULLFSYNC) == 0 || fsync(descriptor) == 0
        #else
        return retry { fdatasync(descriptor) } == 0
        #endif
    }

    /// Repeats a call that a signal interrupted.
    @inline(__always)
    static func retry<Value: SignedInteger>(_ call: () -> Value) -> Value {
        while true {
            let result = call()
            if result == -1, errno == EINTR { continue }
            return result
        }
    }
}
