/// The file operations that storage needs. ``PosixDisk`` is the real one; TeleTestKit's `FaultyDisk` has the same face.
/// Every call blocks: make it on a thread of your own (``DiskThread``), never on the cooperative pool.
package protocol Disk: Sendable {
    /// A new, empty file for reading and appending; throws `.exists` where there is one.
    func create(_ path: String) throws(DiskError) -> any DiskFile
    /// An existing file, for reading only.
    func open(_ path: String) throws(DiskError) -> any DiskFile
    /// A file, which replaces what is at the target, or a folder with all that is in it, to where nothing is. Durable once the folder is synced.
    func rename(_ path: String, to target: String) throws(DiskError)
    func remove(_ path: String) throws(DiskError)
    /// A second name for the same file.
    func link(_ path: String, to target: String) throws(DiskError)
    /// Makes creations, renames and removals in the folder durable.
    func syncFolder(_ path: String) throws(DiskError)
    /// With the folders above it; nothing happens where it exists.
    func createFolder(_ path: String) throws(DiskError)
    /// An empty one.
    func removeFolder(_ path: String) throws(DiskError)
    /// Sorted by name, without `.` and `..`.
    func list(_ folder: String) throws(DiskError) -> [FolderEntry]
    func space(_ folder: String) throws(DiskError) -> DiskSpace
    /// Exclusive among processes until it is released or its holder dies; throws `.locked` where it is taken.
    func lock(_ folder: String) throws(DiskError) -> any FolderLock
}

/// An open file. Closed when the last reference goes. Reads may come from several threads at once.
package protocol DiskFile: AnyObject, Sendable {
    var path: String { get }
    /// Writes all bytes at the end. Where it throws, any part of them may have been written.
    func append(_ bytes: [UInt8]) throws(DiskError)
    /// Makes the content durable. Where it throws, what was appended since the last success may be gone, and a second
    /// call that succeeds proves nothing: give the file up.
    func sync() throws(DiskError)
    /// Exactly `count` bytes; throws `.endOfFile` where there are fewer. The caller bounds `count`.
    func read(at offset: Int, count: Int) throws(DiskError) -> [UInt8]
    func size() throws(DiskError) -> Int
    func truncate(to size: Int) throws(DiskError)
}

/// Held for as long as the folder is to stay locked.
package protocol FolderLock: AnyObject, Sendable {
    func release()
}

package struct FolderEntry: Sendable, Equatable {
    package var name: String
    package var isFolder: Bool
    package var size: Int

    package init(name: String, isFolder: Bool, size: Int) {
        self.name = name
        self.isFolder = isFolder
        self.size = size
    }
}

/// Bytes of a file system: free for this user, and all.
package struct DiskSpace: Sendable, Equatable {
    package var free: Int
    package var total: Int

    package init(free: Int, total: Int) {
        self.free = free
        self.total = total
    }
}
