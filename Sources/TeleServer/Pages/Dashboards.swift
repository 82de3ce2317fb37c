internal import HTTPTypes
package import TeleAPI

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The dashboards that come with the program: a list, and each as the file that Grafana imports.
package struct Dashboards: Sendable {
    /// What a file says of itself.
    private struct Head: Decodable {
        var uid: String
        var title: String
        var description: String?
        var tags: [String]?
    }

    package let list: TeleDashboards
    private let files: [(uid: String, content: StaticContent)]

    package static let shared = Dashboards(EmbeddedFile.dashboards)

    /// A file that is no dashboard is left out.
    package init(_ files: [EmbeddedFile]) {
        var entries: [TeleDashboards.Entry] = []
        var contents: [(uid: String, content: StaticContent)] = []
        for file in files {
            guard let head = try? JSONDecoder().decode(Head.self, from: Data(file.bytes)) else { continue }
            entries.append(
                .init(uid: head.uid, title: head.title, description: head.description ?? "", tags: head.tags ?? []))
            contents.append(
                (head.uid, StaticContent(file.bytes, contentType: "application/json", caching: .revalidated)))
        }
        list = TeleDashboards(dashboards: entries)
        self.files = contents
    }

    var routes: [Server.Page] {
        let prefix = "/api/tele/v1/dashboards"
        let all: @Sendable (APIRequest) -> APIResponse = { [list] _ in TeleRoutes.answer(list) }
        let unknown: @Sendable (APIRequest) -> APIResponse = { request in
            TeleRoutes.failed("no dashboard is called \(request.pathParameters["uid"] ?? "")", .notFound)
        }
        let own: [Server.Page] = [([.get], prefix, all), ([.get], prefix + "/{uid}", unknown)]
        return own + files.map { $0.content.page("\(prefix)/\($0.uid)") }
    }
}
