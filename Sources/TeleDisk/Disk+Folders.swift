extension Disk {
    /// A folder that a crash can't take: as ``createFolder(_:)``, and its name and those of all folders above it are
    /// synced too. Of all, since an earlier attempt may have made some of them and ended before it came to that.
    package func createDurableFolder(_ path: String) throws(DiskError) {
        try createFolder(path)
        var folder = path
        while folder != ".", folder != "/" {
            folder = Self.parent(of: folder)
            do throws(DiskError) {
                try syncFolder(folder)
            } catch {
                // Folders above that this user may enter and not read, or whose file system knows no such sync
                // (EINVAL), were made by someone else.
                if error.code != .notPermitted, error.code != .readOnly, error.number != 22 { throw error }
            }
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.utf8.dropLast().lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
