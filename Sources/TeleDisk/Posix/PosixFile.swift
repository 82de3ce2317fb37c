#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A descriptor that it owns: closed when the last reference goes.
package final class PosixFile: DiskFile {
    package let path: String
    private let descriptor: Int32

    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    package func append(_ bytes: [UInt8]) throws(DiskError) {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                SystemCalls.retry { write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done) }
            }
            guard written >= 0 else { throw SystemCalls.lastError("append to", path) }
            guard written > 0 else { throw DiskError(.io, "append to", path) }
            done += written
        }
    }

    package func sync() throws(DiskError) {
        guard SystemCalls.syncContent(descriptor) else { throw SystemCalls.lastError("sync", path) }
    }

    package func read(at offset: Int, count: Int) throws(DiskError) -> [UInt8] {
        guard offset >= 0, count >= 0 else { throw DiskError(.endOfFile, "read", path) }
        var failure: DiskError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = SystemCalls.retry {
                    pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
                }
                if got < 0 { failure = SystemCalls.lastError("read", path) }
                if got == 0 { failure = DiskError(.endOfFile, "read", path) }
                if got <= 0 { return }
                filled += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    package func size() throws(DiskError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemCalls.lastError("look at", path) }
        return Int(status.st_size)
    }

    package func truncate(to size: Int) throws(DiskError) {
        guard SystemCalls.retry({ ftruncate(descriptor, off_t(size)) }) == 0 else {
            throw SystemCalls.lastError("cut", path)
        }
    }
}

/// An advisory lock on a folder's descriptor: the system drops it when the process dies, and taking it needs no space.
final class PosixFolderLock: FolderLock {
    private let descriptor: Guarded<Int32?>

    init(descriptor: Int32) { self.descriptor = Guarded(descriptor) }

    deinit { release() }

    func release() {
        descriptor.withLock { held in
            if let open = held { _ = close(open) }
            held = nil
        }
    }
}
