internal import HTTPTypes
internal import TeleModel

/// The web pages at `/`. Their files stand below `/pages/VERSION/`, where the version is a hash of all of them: browsers
/// keep them for good, and a new release is a new folder. `{version}` in the HTML is filled in here.
struct WebPages: Sendable {
    private let index: StaticContent
    private let files: [(path: String, content: StaticContent)]

    static let shared = WebPages(EmbeddedFile.pages)

    init(_ files: [EmbeddedFile]) {
        var hash: UInt64 = 0
        for file in files { hash = Hash64.of(file.bytes, seed: Hash64.of(file.path, seed: hash)) }
        let version = String(hash, radix: 16)
        let html = files.first { $0.path == "index.html" }?.bytes ?? []
        let text = String(decoding: html, as: UTF8.self)
        let parts = text.split(separator: "{version}", omittingEmptySubsequences: false)
        index = StaticContent(
            Array(parts.joined(separator: version).utf8), contentType: "text/html; charset=utf-8",
            caching: .revalidated)
        self.files = files.filter { $0.path != "index.html" }.map { file in
            let content = StaticContent(
                file.bytes, contentType: WebPages.contentType(file.path), caching: .forever)
            return ("/pages/\(version)/\(file.path)", content)
        }
    }

    var routes: [Server.Page] { [index.page("/")] + files.map { $0.content.page($0.path) } }

    private static func contentType(_ path: String) -> String {
        switch path.split(separator: ".").last {
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
