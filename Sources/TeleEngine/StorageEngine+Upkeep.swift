/// A copy of all that was stored at one moment: a data folder of its own.
package struct BackupCopy: Sendable, Equatable {
    /// `20261121T091500Z-3f9a0c11d2e45b67`: the folder's name within the data folder's `snapshots`.
    package var name: String
    /// Where it lies, as the data folder was given.
    package var path: String

    package init(name: String, path: String) {
        self.name = name
        self.path = path
    }
}

/// What an operator asks of an engine. Synchronous: calls wait for the disk and must not be made on a cooperative
/// thread; routes run on query threads. An engine that lacks one says so.
extension StorageEngine {
    package func delete(_ deletion: Deletion, note: String) throws(EngineError) -> Tombstone {
        throw .failed("this engine deletes nothing")
    }

    package func tombstones() -> [Tombstone] { [] }
    package func cancelDeletion(_ id: UInt64) throws(EngineError) -> Bool { false }
    package func cleanTombstones() throws(EngineError) {}

    package func takeBackup(withHeads: Bool) throws(EngineError) -> BackupCopy {
        throw .failed("this engine makes no copies")
    }

    package func backups() throws(EngineError) -> [BackupCopy] { [] }
}
