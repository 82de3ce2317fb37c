#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Files that are read and written whole. Everything here blocks: off the cooperative pool, but for `/proc`, which is
/// memory.
enum SmallFile {
    static let mostBytes = 64 << 20

    static func read(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    /// nil when it can't be read, or is larger than ``mostBytes``.
    static func bytes(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = fill(&chunk, from: file)
            if count < 0, errno == EINTR { continue }
            guard count >= 0, out.count + count <= mostBytes else { return nil }
            if count == 0 { return out }
            out += chunk[..<count]
        }
    }

    private static func fill(_ chunk: inout [UInt8], from file: Int32) -> Int {
        chunk.withUnsafeMutableBytes { buffer in
            #if canImport(Darwin)
            Darwin.read(file, buffer.baseAddress, buffer.count)
            #elseif canImport(Glibc)
            Glibc.read(file, buffer.baseAddress, buffer.count)
            #else
            Musl.read(file, buffer.baseAddress, buffer.count)
            #endif
        }
    }

    /// Written beside and renamed: the file is there whole, or not at all. Readable by its owner only.
    static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let beside = "\(path).tmp"
        let file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        let isWritten = bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let slice = UnsafeRawBufferPointer(rebasing: rest)
                #if canImport(Darwin)
                let count = Darwin.write(file, slice.baseAddress, slice.count)
                #elseif canImport(Glibc)
                let count = Glibc.write(file, slice.baseAddress, slice.count)
                #else
                let count = Musl.write(file, slice.baseAddress, slice.count)
                #endif
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
        guard close(file) == 0, isWritten, rename(beside, to: path) else {
            unlink(beside)
            return false
        }
        return true
    }

    static func size(_ path: String) -> Int {
        var facts = stat()
        return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
    }

    static func rename(_ path: String, to other: String) -> Bool {
        #if canImport(Darwin)
        Darwin.rename(path, other) == 0
        #elseif canImport(Glibc)
        Glibc.rename(path, other) == 0
        #else
        Musl.rename(path, other) == 0
        #endif
    }

    static func remove(_ path: String) { unlink(path) }

    /// The folder and those above it.
    static func makeFolder(_ path: String) -> Bool {
        var at = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            at += "/\(part)"
            if mkdir(at, 0o700) != 0, errno != EEXIST { return false }
        }
        return true
    }

    /// Names without `.` and `..`, sorted; nil when the folder can't be read.
    static func names(_ folder: String) -> [String]? {
        guard let list = opendir(folder) else { return nil }
        defer { closedir(list) }
        var names: [String] = []
        while let entry = readdir(list) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func entries(_ folder: String) -> Int64? { names(folder).map { Int64($0.count) } }

    /// An exclusive lock that goes with the process, or with `release`; nil when another process has it.
    static func lock(_ path: String) -> Int32? {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            return nil
        }
        return file
    }

    static func release(_ lock: Int32) { close(lock) }
}
