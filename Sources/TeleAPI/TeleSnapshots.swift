/// A copy of a server's data folder, made while it runs.
package struct TeleSnapshot: Codable, Sendable, Hashable {
    /// `20261121T091500Z-3f9a0c11d2e45b67`.
    package var name: String
    /// On the server's machine, as its data folder was given.
    package var path: String

    package init(name: String, path: String) {
        self.name = name
        self.path = path
    }
}

/// Answer of `GET /api/tele/v1/snapshots`: oldest first. `POST` makes one and answers with its ``TeleSnapshot``.
package struct TeleSnapshots: Codable, Sendable, Hashable {
    package var snapshots: [TeleSnapshot]

    package init(snapshots: [TeleSnapshot]) { self.snapshots = snapshots }
}
