/// Why a file operation failed: what was tried, on which path, and what a person can do about it.
package struct DiskError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        case notFound
        case exists
        case noSpace
        case notPermitted
        case readOnly
        case tooManyOpenFiles
        /// The folder is locked by another process.
        case locked
        /// The file ended before the bytes that were asked for.
        case endOfFile
        /// The device failed, or anything else that the system reports.
        case io
    }

    package var code: Code
    /// "open", "append", "sync", ...
    package var operation: String
    package var path: String
    /// The system's error number, or 0.
    package var number: Int32

    package init(_ code: Code, _ operation: String, _ path: String, number: Int32 = 0) {
        self.code = code
        self.operation = operation
        self.path = path
        self.number = number
    }

    package var description: String {
        let what = "can't \(operation) \(path)"
        let system = number == 0 ? "" : " (errno \(number))"
        return switch code {
        case .notFound: "\(what): it does not exist; check the data folder's path\(system)"
        case .exists: "\(what): it exists already; is another program writing to this folder?\(system)"
        case .noSpace: "\(what): the disk is full; free space or lower max_bytes\(system)"
        case .notPermitted: "\(what): not permitted; give this user write access to the data folder\(system)"
        case .readOnly: "\(what): the file system is read-only; mount it writable or choose another folder\(system)"
        case .tooManyOpenFiles: "\(what): too many open files; raise the limit (ulimit -n)\(system)"
        case .locked: "\(what): another process has it locked; stop that process or choose another folder"
        case .endOfFile: "\(what): the file is shorter than it should be; it was cut or damaged"
        case .io: "\(what): the device failed; check the disk and the system log\(system)"
        }
    }
}
