internal import TelePages

/// A file that the compiler put into the program.
package struct EmbeddedFile: Sendable {
    /// Below its folder: `views/traces.js`.
    package var path: String
    package var bytes: [UInt8]

    /// The files of the web pages.
    package static var pages: [EmbeddedFile] { list(tele_pages()) }
    /// The dashboards of the repository's top.
    package static var dashboards: [EmbeddedFile] { list(tele_dashboards()) }

    private static func list(_ files: tele_files) -> [EmbeddedFile] {
        UnsafeBufferPointer(start: files.files, count: files.count).map { file in
            EmbeddedFile(
                path: String(cString: file.path),
                bytes: Array(UnsafeBufferPointer(start: file.bytes, count: file.count)))
        }
    }
}
